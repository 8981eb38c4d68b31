"""Claims about which changes still stand."""

from dataclasses import replace
from typing import Any

import pytest

from lab.drift.acts import standing
from lab.ops.audit import Act
from lab.state import LabState

KEY = ("till-1", "patience_s")
LAB = LabState(1, "", "2026-01-01T00:00:00Z", 8080, {})


def act(number: int, what: str, value: Any = None, **more: Any) -> Act:
    """Return an act of the second day."""
    now = None if value is None else {KEY[0]: {KEY[1]: value}}
    return Act(number, f"2026-01-02T00:00:{number:02d}.000000Z", "ada", what, "till", now=now, **more)


@pytest.mark.parametrize(
    ("acts", "last", "good"),
    [
        ([], None, {}),
        ([act(1, "set", 3)], 1, {}),
        ([act(1, "set", 3), act(2, "set", 4)], 2, {}),
        ([act(1, "set", 3), act(2, "set", 4), act(3, "undo", undoes=2)], 1, {}),
        ([act(1, "set", 3), act(2, "undo", undoes=1)], None, {}),
        ([act(1, "set", 3), act(2, "rollback", 1)], None, {}),
        ([act(1, "set", 3), act(2, "rollback", 1), act(3, "undo", undoes=2)], 1, {}),
        ([act(1, "set", 3), act(2, "mark-good", 3)], None, {KEY[0]: {KEY[1]: 3}}),
        ([act(1, "set", 3), act(2, "mark-good", 3), act(3, "undo", undoes=2)], 1, {}),
        ([act(1, "set", 3), act(2, "mark-good", 3), act(3, "set", 4)], 3, {KEY[0]: {KEY[1]: 3}}),
        ([act(1, "set", 3, outcome="no answer")], None, {}),
        ([act(1, "scale", None)], None, {}),
    ],
)
def test_what_was_neither_undone_nor_rolled_back_nor_marked_good_stands(
    acts: list[Act], last: int | None, good: dict[str, Any]
) -> None:
    """Whatever came in between."""
    found = standing(acts, LAB)
    one = found.last(*KEY)
    assert (one.id if one else None, found.good) == (last, good)


@pytest.mark.parametrize("more", [{"started_at": "2026-01-03T00:00:00Z"}, {"reset_at": "2026-01-03T00:00:00Z"}])
def test_a_new_life_and_a_reset_end_all_changes(more: dict[str, Any]) -> None:
    """They are in the history still."""
    running = replace(LAB, **more)
    assert standing([act(1, "set", 3)], running).last(*KEY) is None
