"""SQLite with one trip to its thread per statement.

Every connection of aiosqlite has a thread, and each call of it wakes that thread and then the event loop. SQLAlchemy's
adapter makes four calls per statement (open a cursor, execute, fetch, close) and one more to roll back what was never
begun: the trips cost more than the statements. Here a statement is one call, and nothing is rolled back for nothing.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Dialect, event
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_connection
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only, immutabledict

AUTOCOMMIT = "nightshift_autocommit"
BUSY_S = 5.0
"""How long a writer waits for others."""

PRAGMAS = (
    "PRAGMA synchronous=NORMAL",  # a killed process loses nothing; only a power cut may lose the last commits
    f"PRAGMA busy_timeout={BUSY_S * 1000:.0f}",
    "PRAGMA foreign_keys=ON",
)

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


def arguments() -> Mapping[str, Any]:
    """Return what connections are made with, besides the URL."""
    return {}


def refusal(error: DBAPIError) -> None:
    """Say nothing better than what the driver says."""
    del error


unreachable = refusal


def watch(engine: AsyncEngine) -> None:
    """Have the connections of `engine` made and used as told here."""
    event.listen(engine.sync_engine, "do_connect", connect)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)


def connect(dialect: Dialect, _record: object, arguments: Any, options: Any) -> _Connection:
    """Return a connection whose statements are one trip each to the thread that runs them."""
    adapted = cast(AsyncAdapt_dbapi_connection, dialect.connect(*arguments, **options))
    return _Connection(adapted.dbapi, adapted.driver_connection)


def _prepare(connection: Any, _: object) -> None:
    # The driver's own transaction control starts transactions late and as readers; we say BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    _turn_to_wal(cursor)
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _turn_to_wal(cursor: Any) -> None:
    # Of two processes that do this to a new file at the same moment, SQLite refuses one at once: waiting for each
    # other could be a deadlock, so its busy timeout does not apply.
    give_up_at = time.monotonic() + BUSY_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up_at:
                raise
            await_only(asyncio.sleep(0.01))
        else:
            return


def _begin(connection: Any) -> None:
    if not connection.get_execution_options().get(AUTOCOMMIT):
        # A transaction that starts as a reader and then writes fails at once when another one wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
