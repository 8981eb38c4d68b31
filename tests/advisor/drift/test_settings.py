"""Claims about settings, ids and decisions."""

from pathlib import Path
from typing import Any

import pytest

from advisor.calm.errors import BadDocument
from advisor.drift.decisions import Decision, judged, read, write
from advisor.drift.finding import Check, Drift, Place, named, skipped
from advisor.drift.settings import Setting, Told, compare
from tests.support.drifting import ids

AT = Place("small.json", 7, "/relationships/1")


@pytest.mark.parametrize(
    ("declared", "value", "found"),
    [
        (1.2, 1.2, []),
        ("1.2", 1.2, []),
        (5, 5.0, []),
        (1.2, 3.0, ["setting-changed:till-1/patience_s=3"]),
        ("a", "b", ["setting-changed:till-1/patience_s=b"]),
    ],
)
def test_settings_are_compared_by_what_they_mean(declared: Any, value: Any, found: list[str]) -> None:
    """The value in force is part of the id: another value is other drift."""
    assert ids(compare([Setting("till-1", "patience_s", value, Told(declared, AT, "the document"))])) == found


def test_a_setting_that_nothing_declares_is_told() -> None:
    """And not compared."""
    check = compare([Setting("till-1", "odd", 1, None)])
    assert (check.compared, check.drifts) == (0, ())
    assert check.notes == ("Nothing says what these are to be: odd.",)


@pytest.mark.parametrize(
    ("about", "told"),
    [
        (("shop", "till"), "call:shop/till"),
        (("a b",), "call:a-b-c8687a"),
        (("a;b",), "call:a-b-5719af"),
    ],
)
def test_ids_can_be_typed_and_differ(about: tuple[str, ...], told: str) -> None:
    """What a shell would take for something else is told by digits."""
    assert named("call", about) == told


DRIFT = Drift("setting-changed:till-1/patience_s=3", "till-1", "setting-changed", "1.2", AT, "3", (), "")
DECISION = Decision(DRIFT.id, "ada", "2026-01-01T00:00:00Z", "until the sale is over")


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (Check("settings", 1, (DRIFT,)), (0, 1, 0, 0)),
        (Check("settings", 1, ()), (0, 0, 1, 0)),
        (skipped("settings", "No lab."), (0, 0, 0, 1)),
        (Check("settings", 1, (), partial=True), (0, 0, 0, 1)),
    ],
    ids=["accepted", "stale", "skipped", "partial"],
)
def test_decisions_part_what_counts(check: Check, told: tuple[int, ...]) -> None:
    """Accepted drift does not count; a decision is stale only when it was looked for."""
    found = judged([check, Check("calls")], [DECISION])
    assert tuple(map(len, (found.drifts, found.accepted, found.stale, found.unjudged))) == told


def test_decisions_are_kept_in_a_file(tmp_path: Path) -> None:
    """As they were made."""
    file = tmp_path / "decisions.json"
    assert read(file) == []
    write(file, [DECISION])
    assert read(file) == [DECISION]


@pytest.mark.parametrize("text", ['{"decisions": 1}', '{"decisions": [{"id": "x"}]}', "{}", "["])
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, text: str) -> None:
    """With what it should be."""
    file = tmp_path / "decisions.json"
    file.write_text(text)
    with pytest.raises(BadDocument):
        read(file)
