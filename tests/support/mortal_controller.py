"""A controller that kills itself at one step of its journal.

`python -m tests.support.mortal_controller MOMENT NUMBER`: SIGKILL `before`, `during` (written, and not committed) or
`after` the write of that number, counted from 1.
"""

import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import chaos.controller
from chaos.journal import Event, Intent, Journal
from chaos.serve import main

MOMENTS = ("before", "during", "after")


class MortalJournal(Journal):
    """The real journal, whose process does not live longer than `number` writes."""

    def __init__(self, file: Path, moment: str, number: int) -> None:
        super().__init__(file)
        self._moment = moment
        self._left = number

    def intend(self, intent: Intent) -> list[int]:
        """Write down an intent, or die of it."""
        self._left -= 1
        self._pass("before")
        numbers = super().intend(intent)
        self._pass("after")
        return numbers

    def append(self, events: Iterable[Event], undone: Iterable[int] = ()) -> None:
        """Write down steps, or die of them."""
        self._left -= 1
        self._pass("before")
        super().append(events, undone)
        self._pass("after")

    def _insert(self, events: Iterable[Event]) -> None:
        super()._insert(events)
        self._pass("during")

    def _pass(self, moment: str) -> None:
        if self._left == 0 and moment == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    at, count = sys.argv[1], int(sys.argv[2])
    setattr(chaos.controller, "Journal", lambda file: MortalJournal(file, at, count))  # noqa: B010 -- the seam
    main()
