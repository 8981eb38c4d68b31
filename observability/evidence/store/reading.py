"""Reading from the slices, in a thread of its own, so that nobody else waits."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import duckdb

from observability.evidence.errors import Unavailable
from observability.evidence.store.slices import Slice, Slices, first_line

Answer = TypeVar("Answer")
Rows = list[tuple[Any, ...]]


def among(numbers: Iterable[int]) -> str:
    """Return numbers as what stands after `IN`."""
    return f"({', '.join(map(str, numbers)) or 'NULL'})"


class Reader:
    """Asks the slices. Only to be used by what `Reading.do` runs."""

    def __init__(self, slices: Slices, cursor: Any) -> None:
        self._slices, self._cursor = slices, cursor

    def slices(self, start_s: float = float("-inf")) -> list[Slice]:
        """Return the slices that may have something from `start_s` on, the latest first."""
        return self._slices.newest_first(start_s)

    def rows(self, one: Slice, sql: str, *values: Any) -> Rows:
        """Return what a query says of one slice; `{s}` stands for its name."""
        return self.run(sql.replace("{s}", one.name), list(values))

    def run(self, sql: str, values: list[Any]) -> Rows:
        """Return what a query says that names its slices itself."""
        found: Rows = self._cursor.execute(sql, values).fetchall()
        return found


class Reading:
    """The thread that reads.

    Twice as many records are unpacked per second when those of both DuckDB's threads, and what they are looked for in,
    need not be thrown out again and again to keep within the memory that writing needs. So there is more of it while a
    question is answered.
    """

    def __init__(self, slices: Slices, memory_mb: int, asking_mb: int) -> None:
        self._slices = slices
        self._memory_mb, self._asking_mb = memory_mb, max(memory_mb, asking_mb)
        self._thread = ThreadPoolExecutor(1, "evidence-reader")
        self._cursor = slices.cursor()

    async def do(self, work: Callable[[Reader], Answer]) -> Answer:
        """Return what `work` finds. Raises Unavailable when the database cannot be asked."""

        def locked() -> Answer:
            with self._slices.lock, self._room():
                return work(Reader(self._slices, self._cursor))

        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, locked)
        except duckdb.Error as error:
            raise Unavailable(f"The store cannot answer: {first_line(error)}") from error

    @contextlib.contextmanager
    def _room(self) -> Iterator[None]:
        self._cursor.execute(f"SET memory_limit = '{self._asking_mb}MB'")
        try:
            yield
        finally:
            # Refused while more is in use, by a write; the next question's end sets it again.
            with contextlib.suppress(duckdb.OutOfMemoryException):
                self._cursor.execute(f"SET memory_limit = '{self._memory_mb}MB'")

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()
