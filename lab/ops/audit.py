"""The record of what the people on call have done: one JSON object per line, only ever appended to."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from lab.errors import Refused, UnknownName
from lab.eventlog import now
from lab.home import Home


@dataclass(frozen=True)
class Act:
    """One act, with what is needed to undo it."""

    id: int
    at: str
    """RFC 3339, UTC."""
    by: str
    act: str
    """`set`, `scale`, `dead-letters discard`, …"""
    target: str
    """Service, replica or queue."""
    was: Any = None
    now: Any = None
    outcome: str = "done"
    """`done`, or what was in the way."""
    undoable: bool = False
    undoes: int | None = None
    """The act that this one has undone."""


@dataclass
class Audit:
    """The record of one home. It survives the lab, and grows as long as the home is there."""

    home: Home
    _last: int | None = field(default=None)

    def append(self, by: str, act: str, target: str, **more: Any) -> Act:
        """Record an act. Raises OSError when it cannot be written."""
        if self._last is None:
            self._last = max((one.id for one in acts(self.home)), default=0)
        self._last += 1
        recorded = Act(self._last, now(), by, act, target, **more)
        with self.home.operations_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(recorded)) + "\n")
        return recorded

    def undoable(self, number: int | None) -> Act:
        """Return the act of that number, or the last one that can be undone. Raises UnknownName and Refused."""
        known = {one.id: one for one in acts(self.home)}
        undone = {one.undoes for one in known.values() if one.undoes is not None and one.outcome == "done"}
        if number is None:
            candidates = [one for one in known.values() if one.undoable and one.id not in undone]
            if not candidates:
                raise Refused("There is nothing to undo.", hint="See what was done: lab ops history")
            return candidates[-1]
        hint = "See what was done: lab ops history"
        if (chosen := known.get(number)) is None:
            raise UnknownName(f"There is no act {number}.", hint=hint)
        if number in undone:
            raise Refused(f"Act {number} was undone before.", hint=hint)
        if not chosen.undoable:
            raise Refused(f"Act {number} ({chosen.act} {chosen.target}) cannot be undone.", hint=hint)
        return chosen


def acts(home: Home) -> Iterator[Act]:
    """Yield what was done in a home, first things first; a line that was cut off by a full disk is left out."""
    try:
        lines = home.operations_file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield Act(**json.loads(line))
        except (ValueError, TypeError):
            continue
