"""Claims about the conversations in `docs/examples`."""

import json
import shlex

import pytest
from click.testing import CliRunner

from advisor.calm.reading import load
from lab.advice.examples import FOLDER, OUTAGES, pages
from lab.cli import root
from tests.support.pages import page

WRITTEN = list(pages(load()))


def test_they_are_current() -> None:
    """If this fails: run make docs. Nothing else lies beside them."""
    assert [file.name for file, text in WRITTEN if not file.exists() or file.read_text(encoding="utf-8") != text] == []
    assert {file for file, _ in WRITTEN} == set(FOLDER.glob("*.md"))


def test_three_outages_have_fifteen_questions() -> None:
    """Five each."""
    assert [len(questions) for _, _, questions in OUTAGES.values()] == [5, 5, 5]


@pytest.mark.parametrize("name", [*OUTAGES, "incident-summary"])
def test_commands_answer_what_is_shown(name: str) -> None:
    """Typed as they stand there."""
    shown = page(FOLDER / f"{name}.md")
    for command, text in zip(shown.blocks("console"), shown.blocks("text"), strict=True):
        words = shlex.split(command.removeprefix("$ lab "))
        assert CliRunner().invoke(root, words).stdout == text
        assert json.loads(CliRunner().invoke(root, [*words, "--json"]).stdout)["sections"]
