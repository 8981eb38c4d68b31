"""What came in and is not yet written. It is bounded: when writing does not keep up, senders are told to wait."""

import threading
from dataclasses import dataclass, field
from typing import Any

from observability.evidence.store.spans import SpanBatch

Row = tuple[Any, ...]
TABLES = ("logs", "tails", "series", "samples", "scrapes", "exemplars")


@dataclass
class Waiting:
    """What is written together."""

    spans: list[SpanBatch] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in TABLES})
    tails: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Log file → how far it was read, and what tells it from its successor."""
    count: int = 0
    """Spans and log records."""

    def __bool__(self) -> bool:
        return bool(self.spans or self.tails or any(self.rows.values()))


class Full(Exception):
    """As much waits as may wait."""


class Buffer:
    """Filled by those who receive, emptied by the writer."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._waiting = Waiting()
        self._being_written, self._busy = 0, False
        self.due = threading.Event()
        """Set when there is enough for writing not to wait for its turn."""

    @property
    def full(self) -> bool:
        """Whether nothing more is taken now."""
        return self._waiting.count + self._being_written >= self._most

    @property
    def idle(self) -> bool:
        """Whether nothing waits, and nothing is being written."""
        return not self._waiting and not self._busy

    def add_spans(self, batches: tuple[SpanBatch, ...]) -> None:
        """Take spans. Raises Full."""
        with self._lock:
            self._count(sum(map(len, batches)))
            self._waiting.spans += batches

    def add_records(self, rows: list[Row]) -> None:
        """Take log records that somebody sent. Raises Full."""
        with self._lock:
            self._count(len(rows))
            self._waiting.rows["logs"] += rows

    def add_tail(self, file: str, rows: list[Row], read: int, head: str) -> None:
        """Take log records from a file, with how far it has been read. Raises Full, earlier than for what is sent."""
        with self._lock:
            if (self._waiting.count + self._being_written) * 2 >= self._most:
                raise Full  # a file can wait
            self._count(len(rows))
            self._waiting.rows["logs"] += rows
            self._waiting.tails[file] = (read, head)

    def add(self, table: str, rows: list[Row]) -> None:
        """Take rows that are bounded by themselves: those of metrics."""
        with self._lock:
            self._waiting.rows[table] += rows

    def take(self) -> Waiting:
        """Return everything that waits; `written` has to follow."""
        with self._lock:
            taken, self._waiting = self._waiting, Waiting()
            self._being_written, self._busy = taken.count, True
            self.due.clear()
            return taken

    def written(self) -> None:
        """Say that what was taken waits no more."""
        self._being_written, self._busy = 0, False

    def _count(self, more: int) -> None:
        if self.full:
            raise Full
        self._waiting.count += more
        if self._waiting.count * 2 >= self._most:
            self.due.set()
