"""Every command that the documentation tells people to type can be typed."""

import importlib.util
import re
import shlex

import click
import pytest

from lab.cli import root
from lab.stack.delegate import without_flag
from tests.support.pages import ROOT, Page, commands, pages

LAB = re.compile(r"^(?:\.venv/bin/)?lab$")
ASSIGNMENT = re.compile(r"^[A-Z_][A-Z0-9_]*=")
SEPARATORS = frozenset({"|", "&&", ";", "(", ")", "||", "&"})


def calls(typed: str) -> list[list[str]]:
    """Return the simple commands of one line of shell, in words, without variables set before them."""
    lexer = shlex.shlex(typed, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    for word in lexer:
        if word in SEPARATORS:
            found.append([])
        elif found[-1] or not ASSIGNMENT.match(word):
            found[-1].append(word)
    nested = [call for inside in re.findall(r"\$\(([^)]*)\)", typed) for call in calls(inside)]
    return [call for call in found if call] + nested


def parsed(arguments: list[str]) -> None:
    """Raise `click.UsageError` unless `lab` understands `arguments`."""
    command: click.Command = root
    context = click.Context(root, info_name="lab")
    while isinstance(command, click.Group):
        name, verb, arguments = command.resolve_command(context, arguments)
        assert verb is not None
        if isinstance(verb, click.Group):
            context = click.Context(verb, info_name=name, parent=context)
        else:
            verb.make_context(name, arguments, parent=context)
        command = verb


def mistakes(of: Page) -> list[str]:
    """Return what is wrong with the `lab …` commands in the console blocks of a page."""
    found = []
    for block in of.blocks("console"):
        for typed in commands(block):
            for call in calls(typed):
                if not LAB.match(call[0]):
                    continue
                try:
                    parsed(call[1:])
                except click.UsageError as error:
                    found.append(f"{' '.join(call)}: {error.format_message()}")
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_commands_in_console_blocks_are_understood(page: Page) -> None:
    """Their verbs and options exist, their arguments are there, their values are possible."""
    assert mistakes(page) == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_commands_in_the_running_text_name_what_exists(page: Page) -> None:
    """As above, but arguments may be left to the reader."""
    for span in page.spans():
        call = shlex.split(span) if span.startswith("lab ") else []
        if len(call) > 1:
            try:
                parsed(without_flag(call[1:]))
            except click.MissingParameter:
                continue


@pytest.mark.parametrize(
    "typed",
    [
        "lab upp",
        "lab up --detached",
        "lab chaos inject --for 5m",
        "lab chaos inject billing.float_drift --for 5",
        "LAB_HOME=/tmp/x .venv/bin/lab logs -f --tail few | grep x",
        'eval "$(lab completion csh)"',
        "lab status && lab down --now",
    ],
)
def test_a_command_that_nobody_understands_is_caught(typed: str) -> None:
    """Verbs, options, arguments and values; wherever in a line."""
    assert len(mistakes(Page(ROOT / "page.md", f"```console\n$ {typed}\nwhat it prints\n```\n"))) == 1


def test_a_line_that_goes_on_in_the_next_is_one_command() -> None:
    """Output is not taken for a command."""
    assert commands("$ one \\\n    two\nlab upp\n$ three\n") == ["one  two", "three"]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_modules_that_are_run_exist(page: Page) -> None:
    """What comes after `python -m`."""
    for name in re.findall(r"python3? -m ([a-z_.]+)", page.text):
        assert importlib.util.find_spec(name), name


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_make_targets_exist(page: Page) -> None:
    """Whatever stands as `make …` in code."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    typed = [*page.spans(), *(line for block in page.blocks("console") for line in commands(block))]
    named = {found for text in typed for found in re.findall(r"(?:^|\s)make ([a-z-]+)", text)}
    assert named <= targets
