"""The thread that writes: everything that waits, in one transaction, a few times a second."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import repeat

import duckdb
import structlog
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from observability.evidence.store.attributes import mapping, sieve
from observability.evidence.store.buffer import Buffer, Row, Waiting
from observability.evidence.store.slices import Slices, first_line
from observability.evidence.store.spans import SpanBatch
from observability.wiring import vocabulary as names

SEGMENT = 4096
"""Spans that are stored as one segment, at most but for one batch."""
TIDY_EVERY_S = 5.0
BUSY = 2048
"""Spans and records at once from which on it pays to put more of them into their places together."""
CHECKPOINT_AT = {False: "4MB", True: "32MB"}
"""How much is written twice, first into the log of the database: little memory when there is time, else little work."""
MOST_ATTEMPTS = 20
PAUSE_S = 0.5
"""Between two attempts, at least."""

log = structlog.get_logger()


class Writer:
    """Empties a buffer into the current slice. What is in `tidying` is called every few seconds, in between."""

    def __init__(
        self, buffer: Buffer, slices: Slices, every_s: float, begun: Callable[[], list[tuple[str, list[Row]]]]
    ) -> None:
        self._buffer, self._slices, self._every_s, self._begun = buffer, slices, every_s, begun
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="evidence-writer", daemon=True)
        self._resources: dict[bytes, int] = {}
        self._segment = 0
        self._busy: bool | None = None
        self._taken: Waiting | None = None
        self._attempts = 0
        self.tidying: list[Callable[[], None]] = [self._rotate]
        self.before_rotation: Callable[[], None] = lambda: None
        """Called when the current slice is about to be followed by another."""
        self.lost: Callable[[], None] = lambda: None
        """Called when the database cannot go on."""

    def start(self) -> None:
        """Begin."""
        self._resume()
        self._thread.start()

    def close(self) -> None:
        """Write what waits and stop."""
        self._ending.set()
        self._buffer.due.set()
        self._thread.join()

    def _resume(self) -> None:
        name, run = self._slices.current.name, self._slices.connection.execute
        self._resources = {
            resource: number for number, resource in run(f"SELECT id, resource FROM {name}.resources").fetchall()
        }
        self._segment = run(f"SELECT coalesce(max(id), 0) FROM {name}.segments").fetchall()[0][0]

    def _run(self) -> None:
        tidy_at = time.monotonic() + TIDY_EVERY_S
        while not self._ending.is_set():
            self._buffer.due.wait(self._every_s)
            if not self._step(self._write):
                self._ending.wait(PAUSE_S)
                continue
            if time.monotonic() >= tidy_at:
                tidy_at = time.monotonic() + TIDY_EVERY_S
                for tidy in self.tidying:
                    self._step(tidy)
        self._step(self._write)

    def _step(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except duckdb.FatalException as error:
            log.critical("evidence.lost", reason=first_line(error))
            self._ending.set()
            self.lost()
            return False
        except (duckdb.Error, OSError) as error:
            log.error("evidence.not_written", reason=first_line(error))  # noqa: TRY400 -- no stack is wanted
            return False
        return True

    def _write(self) -> None:
        # What could not be written is tried again, and fills the buffer meanwhile: senders hear that they have to wait.
        self._taken = self._taken or self._buffer.take()
        self._attempts += 1
        try:
            if self._taken:
                self._transact(self._taken)
        except (duckdb.Error, OSError):
            if self._attempts < MOST_ATTEMPTS:
                raise
            log.critical("evidence.given_up", count=self._taken.count)
        self._taken, self._attempts = None, 0
        self._buffer.written()

    def _transact(self, waiting: Waiting) -> None:
        self._pace(busy=waiting.count >= BUSY)
        connection, name = self._slices.connection, self._slices.current.name
        known, segment = len(self._resources), self._segment
        connection.begin()
        try:
            for batches in _segments(waiting.spans):
                self._write_segment(batches)
            for table, rows in waiting.rows.items():
                self._append(table, rows)
            for file in waiting.tails:
                connection.execute(f"DELETE FROM {name}.tails WHERE file = ?", [file])
            self._append("tails", [(file, read, head) for file, (read, head) in waiting.tails.items()])
            connection.commit()
        except BaseException:
            connection.rollback()
            self._segment = segment
            self._resources = dict(list(self._resources.items())[:known])
            raise

    def _pace(self, *, busy: bool) -> None:
        if busy is not self._busy:
            self._busy = busy
            self._slices.connection.execute(f"SET checkpoint_threshold = '{CHECKPOINT_AT[busy]}'")

    def _write_segment(self, batches: list[SpanBatch]) -> None:
        self._segment += 1
        attributes: frozenset[bytes] = frozenset().union(*(batch.attributes for batch in batches))
        first, last = min(batch.first for batch in batches), max(batch.last for batch in batches)
        self._append("segments", [(self._segment, first, last, sieve(attributes))])
        rows: list[Row] = []
        for batch in batches:
            resource = self._resource(batch.resource)
            head, tail = batch.columns[:4], batch.columns[4:]
            rows += zip(repeat(self._segment), *head, repeat(resource), *tail)
        self._append("spans", rows)

    def _resource(self, encoded: bytes) -> int:
        number = self._resources.get(encoded)
        if number is None:
            number = self._resources[encoded] = len(self._resources) + 1
            attributes = mapping(Resource.FromString(encoded).attributes)
            who = [str(attributes.get(name, "")) for name in (names.SERVICE_NAME, names.SERVICE_INSTANCE)]
            self._append("resources", [(number, *who, encoded)])
        return number

    def _append(self, table: str, rows: list[Row]) -> None:
        if rows:
            appender = self._slices.connection.appender(f"{self._slices.current.name}.{table}")
            appender.append_rows(rows)
            appender.flush()

    def _rotate(self) -> None:
        if self._slices.due(time.time()):
            self.before_rotation()
            self._slices.begin()
            self._resume()
            for table, rows in self._begun():
                self._buffer.add(table, rows)
            log.info("evidence.slice_begun", slices=len(self._slices.newest_first()))
        for dropped in self._slices.drop_old(time.time()):
            log.info("evidence.dropped", file=dropped)


def _segments(batches: list[SpanBatch]) -> Iterator[list[SpanBatch]]:
    together: list[SpanBatch] = []
    count = 0
    for batch in batches:
        together.append(batch)
        count += len(batch)
        if count >= SEGMENT:
            yield together
            together, count = [], 0
    if together:
        yield together
