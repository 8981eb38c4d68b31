"""Reading from the slices, in a thread of its own, so that nobody else waits."""

import asyncio
from collections.abc import Callable, Iterable
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
    """The thread that reads."""

    def __init__(self, slices: Slices) -> None:
        self._slices = slices
        self._thread = ThreadPoolExecutor(1, "evidence-reader")
        self._cursor = slices.cursor()

    async def do(self, work: Callable[[Reader], Answer]) -> Answer:
        """Return what `work` finds. Raises Unavailable when the database cannot be asked."""

        def locked() -> Answer:
            with self._slices.lock:
                return work(Reader(self._slices, self._cursor))

        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, locked)
        except duckdb.Error as error:
            raise Unavailable(f"The store cannot answer: {first_line(error)}") from error

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()
