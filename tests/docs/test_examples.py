"""Claims about the conversations in `docs/examples`."""

import json
import re
import shlex
from collections import Counter

import pytest
from click.testing import CliRunner

from advisor.calm.reading import load
from chaos.scenario.loading import catalogue
from lab.advice.examples import FOLDER, OUTAGES, pages
from lab.cli import root
from tests.support.pages import page

WRITTEN = list(pages(load()))
MEASURED, CERTIFIED = FOLDER / "blast-radius.md", FOLDER / "certified.md"
STATE = r"(?:–|fails|goes on with less|is late)"
ROW = re.compile(rf"^\S+ +{STATE} +{STATE} +([a-z, ]+)$", re.MULTILINE)
SCORE = re.compile(r"precision (?:\S+ \((\d+) of (\d+)\)|undefined .*), recall (?:\S+ \((\d+) of (\d+)\)|undefined .*)")


def test_they_are_current() -> None:
    """If this fails: run make docs. Beside them lies what was measured once, and nothing else."""
    assert [file.name for file, text in WRITTEN if not file.exists() or file.read_text(encoding="utf-8") != text] == []
    assert {file for file, _ in WRITTEN} | {MEASURED, CERTIFIED} == set(FOLDER.glob("*.md"))


@pytest.mark.parametrize("shown", list(page(MEASURED).blocks("text")))
def test_what_was_measured_adds_up(shown: str) -> None:
    """Precision and recall below each table are those of its rows."""
    scores = [line for line in shown.splitlines() if "precision" in line]
    for rows, told in zip(shown.partition("FLOWS")[::2], scores, strict=True):
        seen = Counter(ROW.findall(rows))
        hit = seen["as predicted"] + seen["predicted, in another degree"]
        wanted = (hit, hit + seen["not seen"], hit, hit + seen["not predicted"])
        found = SCORE.search(told)
        assert found is not None
        assert tuple(int(one or 0) for one in found.groups()) == wanted


def test_what_was_certified_is_the_catalogue_and_adds_up() -> None:
    """A row for each scenario; the sums below the table are those of its rows."""
    text = CERTIFIED.read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\| [a-z].*$", text, re.MULTILINE)
    ]
    assert [row[0] for row in rows[1:]] == [scenario.name for scenario in catalogue()]
    right, wrong = ([row[column].split(" of ") for row in rows[1:] if row[column] != "–"] for column in (1, 2))
    assert all(some == every for some, every in (*right, *wrong))
    assert f"{sum(int(some) for some, _ in wrong)} of {sum(int(every) for _, every in wrong)} wrong repairs" in text
    assert f"all {sum(int(some) for some, _ in right)} right ones" in text


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
