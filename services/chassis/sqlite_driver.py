"""SQLite with one trip to its thread per statement.

Every connection of aiosqlite has a thread, and each call of it wakes that thread and then the event loop. SQLAlchemy's
adapter makes four calls per statement (open a cursor, execute, fetch, close) and one more to roll back what was never
begun: the trips cost more than the statements. Here a statement is one call, and nothing is rolled back for nothing.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Dialect
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_connection
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor
from sqlalchemy.util import immutabledict

Rows = Sequence[Any]
Description = Sequence[tuple[Any, ...]]


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Holds what a statement came to; the cursor of SQLite itself lives and dies in the thread."""

    __slots__ = ("_description", "_lastrowid", "_rowcount")

    def __init__(self, adapt_connection: AsyncAdapt_dbapi_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection  # noqa: SLF001 -- as the class that this stands in for
        self._soft_closed_memoized = immutabledict()
        self._rows = deque()
        self._description: Description | None = None
        self._rowcount = -1
        self._lastrowid: int | None = None

    @property
    def description(self) -> Any:
        """Names of the columns, None for a statement without rows."""
        return self._description

    @property
    def rowcount(self) -> int:
        """Rows that the statement changed, -1 when that makes no sense."""
        return self._rowcount

    @property
    def lastrowid(self) -> Any:
        """Row id of the row that was inserted last."""
        return self._lastrowid

    def close(self) -> None:
        """Forget the rows."""
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        pass

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._run("execute", operation, () if parameters is None else parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        await self._run("executemany", operation, seq_of_parameters)

    async def _run(self, method: str, operation: Any, parameters: Any) -> None:
        connection = cast(Any, self._connection)
        async with self._adapt_connection._execute_mutex:  # noqa: SLF001 -- as above
            rows, self._description, self._rowcount, self._lastrowid = await connection._execute(  # noqa: SLF001
                _run, connection, method, operation, parameters
            )
        self._rows = deque(rows)


def _run(connection: Any, method: str, operation: Any, parameters: Any) -> tuple[Rows, Description | None, int, int]:
    """Run a statement in the connection's thread; return rows, description, row count and last row id."""
    cursor = connection._conn.cursor()  # noqa: SLF001 -- aiosqlite has no other way to do two things in one trip
    try:
        getattr(cursor, method)(operation, parameters)
        rows = cursor.fetchall() if cursor.description else ()
        return rows, cursor.description, cursor.rowcount, cursor.lastrowid
    finally:
        cursor.close()


class _Connection(AsyncAdapt_aiosqlite_connection):
    """Ends transactions where there are any."""

    __slots__ = ()

    _cursor_cls = _Cursor

    def rollback(self) -> None:
        """Roll back what was begun."""
        if self._is_in_transaction():
            super().rollback()

    def commit(self) -> None:
        """Commit what was begun."""
        if self._is_in_transaction():
            super().commit()

    def _is_in_transaction(self) -> bool:
        # A statement broken off half-way may still be running in the thread, but its connection is never used again:
        # SQLAlchemy closes it, which rolls back.
        connection = cast(Any, self._connection)
        return connection._connection is not None and bool(connection.in_transaction)  # noqa: SLF001 -- None: closed


def connect(dialect: Dialect, _record: object, arguments: Any, options: Any) -> _Connection:
    """Open a connection: what listens to an engine's event `do_connect`."""
    adapted = cast(AsyncAdapt_dbapi_connection, dialect.connect(*arguments, **options))
    return _Connection(adapted.dbapi, adapted.driver_connection)
