"""Writes the journal from a thread of its own: the disk may be slow, and the heart has to beat.

An intent is waited for. Everything else is noted and written when the disk takes it: stopping never waits for a disk.
"""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import structlog

from chaos.errors import NotDurable
from chaos.journal import Event, Intent, Journal

KEPT = 10_000
"""Events that wait for a disk that does not take them; then the oldest are lost."""

log = structlog.get_logger()
T = TypeVar("T")


class Scribe:
    """The controller's way to its journal. Leave it to have everything written that can be."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._thread = ThreadPoolExecutor(1, "journal")
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._undone: deque[int] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        self._scheduled = False
        self.is_failing = False
        """Whether the last attempt to write failed."""

    async def intend(self, intent: Intent) -> list[int]:
        """Have `intent` on the disk before this returns; return the numbers of its undo rows. Raises `NotDurable`."""
        try:
            return await self.ask(lambda journal: journal.intend(intent))
        except sqlite3.Error as error:
            self.is_failing = True
            raise NotDurable(
                f"The journal cannot be written ({error}), and what is not in it first is not switched on.",
                instead="Make room on the disk of the controller's home. Stopping works without.",
            ) from error

    async def ask(self, question: Callable[[Journal], T]) -> T:
        """Return what `question` finds, after everything that was noted before it."""
        self.flush()
        return await asyncio.get_running_loop().run_in_executor(self._thread, question, self._journal)

    def note_rejection(self, intent: Intent) -> None:
        """Have it written, if the disk takes it, that an order was refused."""

        def write() -> None:
            with suppress(sqlite3.Error):
                self._journal.intend(intent)

        self._thread.submit(write)

    def note(self, event: Event) -> None:
        """Have `event` written soon."""
        with self._lock:
            self._events.append(event)
        self.flush()

    def note_undone(self, number: int) -> None:
        """Have it written soon that the undo row `number` is done."""
        with self._lock:
            self._undone.append(number)
        self.flush()

    def flush(self) -> None:
        """Have written what waits."""
        with self._lock:
            if self._scheduled or not (self._events or self._undone):
                return
            self._scheduled = True
        self._thread.submit(self._write)

    def close(self) -> None:
        """Write what can be written, and close the journal."""
        self.flush()
        self._thread.shutdown()
        self._journal.close()

    def _write(self) -> None:
        with self._lock:
            self._scheduled = False
            events, undone = list(self._events), list(self._undone)
            self._events.clear()
            self._undone.clear()
        try:
            self._journal.append(events, undone)
        except sqlite3.Error as error:
            with self._lock:  # in front of whatever came meanwhile
                self._events.extendleft(reversed(events))
                self._undone.extendleft(reversed(undone))
            if not self.is_failing:
                log.error("journal.failing", problem=str(error))  # noqa: TRY400 -- the sentence tells all
            self.is_failing = True
        else:
            self.is_failing = False
