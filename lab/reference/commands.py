"""The command line, from the commands themselves."""

from collections.abc import Iterator
from inspect import cleandoc

import click

from lab.cli import root
from lab.reference.tables import code, table

SHARED = ("home", "as_json")
"""Options of nearly every verb, told once for all of them."""


def verbs() -> Iterator[tuple[click.Context, click.Command]]:
    """Yield every verb that can be called, `lab chaos inject` and the like included, with its context."""
    yield from _below(click.Context(root, info_name="lab"), root)


def listed() -> str:
    """Draw the list of verbs."""
    rows = [
        (f"[`{context.command_path}`](#{context.command_path.replace(' ', '-')})", verb.get_short_help_str(limit=200))
        for context, verb in verbs()
    ]
    return table(("verb", ""), rows)


def described() -> str:
    """Draw one section for each verb: what it does, how it is called, its options."""
    return "\n\n".join(_section(context, verb) for context, verb in verbs())


def _below(context: click.Context, command: click.Command) -> Iterator[tuple[click.Context, click.Command]]:
    if not isinstance(command, click.Group):
        yield context, command
        return
    for name in command.list_commands(context):
        verb = command.get_command(context, name)
        assert verb is not None  # noqa: S101 -- it was listed
        yield from _below(click.Context(verb, info_name=name, parent=context), verb)


def _section(context: click.Context, verb: click.Command) -> str:
    usage = " ".join([context.command_path, *verb.collect_usage_pieces(context)])
    pieces = [f"### {context.command_path}", f"```text\n{usage}\n```", cleandoc(verb.help or "")]
    if rows := list(_options(context, verb)):
        pieces.append(table(("option", ""), rows))
    shared = [code(name) for name in _shared(context, verb)]
    if shared:
        pieces.append(f"And {', '.join(shared)}.")
    return "\n\n".join(pieces)


def _options(context: click.Context, verb: click.Command) -> Iterator[tuple[str, str]]:
    for option in verb.params:
        if (
            isinstance(option, click.Option)
            and option.name not in SHARED
            and (record := option.get_help_record(context))
        ):
            names, meaning = record
            yield code(names), meaning.replace("  ", " ")


def _shared(context: click.Context, verb: click.Command) -> Iterator[str]:
    for option in verb.params:
        if option.name in SHARED and (record := option.get_help_record(context)):
            yield record[0]
