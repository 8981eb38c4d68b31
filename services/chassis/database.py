"""A service's own database: SQLite in WAL mode or PostgreSQL, chosen by URL."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, Self, cast

from sqlalchemy import DateTime, Dialect, Executable, MetaData, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator
from sqlalchemy.util import await_only

from observability.wiring import Telemetry
from observability.wiring.sql import instrument_engine
from services.chassis import sqlite_driver
from services.chassis.errors import Busy
from services.chassis.pool import Pool
from services.chassis.statements import Store, guide

AUTOCOMMIT = "nightshift_autocommit"
BUSY_S = 5.0
"""How long a writer waits for others."""

SQLITE_PRAGMAS = (
    "PRAGMA synchronous=NORMAL",  # a killed process loses nothing; only a power cut may lose the last commits
    f"PRAGMA busy_timeout={BUSY_S * 1000:.0f}",
    "PRAGMA foreign_keys=ON",
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: timezone-aware UTC in Python on every database (SQLite stores it without its zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment: nobody could tell which one it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; pass an aware datetime")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its zone."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """Connections to one database. Enter it before use: that creates the tables of `metadata`."""

    def __init__(
        self,
        url: str,
        metadata: MetaData,
        telemetry: Telemetry | None,
        *,
        name: str,
        pool_size: int = 5,
        pool_timeout_s: float = 2.0,
        store: Store = "database",
    ) -> None:
        self.metadata = metadata
        self.engine: AsyncEngine = create_async_engine(
            url,
            poolclass=Pool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout_s,
            hide_parameters=True,
        )
        self._pool_timeout_s = pool_timeout_s
        self._leaving: set[asyncio.Task[None]] = set()
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "do_connect", sqlite_driver.connect)
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        guide(self.engine, store)
        if telemetry is not None:
            instrument_engine(self.engine, name, telemetry)
        # On SQLite the driver commits each statement unless we say BEGIN; switching its mode back and forth, as the
        # isolation level does, would cost more than a query.
        autocommit = {AUTOCOMMIT: True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._autocommitting = self.engine.execution_options(**autocommit)
        self._write_turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        async with self.begin() as connection:
            await connection.run_sync(self.metadata.create_all)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._leaving:
            task.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        await self.engine.dispose()

    def resize(self, pool_size: int) -> None:
        """Have that many connections from now on. Those in use are kept until they are given back."""
        former = self.engine.sync_engine.pool
        assert isinstance(former, Pool)  # noqa: S101 -- we said so
        self.engine.sync_engine.pool = former.resized(pool_size)
        task = asyncio.create_task(former.close_when_idle(self._pool_timeout_s))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Open a write transaction; commit at the end of the block, roll back on an error.

        Raises `Busy` when no connection comes free within the pool's timeout.
        """
        async with self._turn(), _busy_when_exhausted(self.engine) as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection on which each statement is a transaction of its own. Raises `Busy` as `begin` does."""
        async with self._turn(), self.read() as connection:
            yield connection

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a connection for queries, each of which sees the latest commits. Raises `Busy` as `begin` does."""
        return _busy_when_exhausted(self._autocommitting)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        # SQLite has one writer at a time, and those that wait for it try again at growing intervals, in no order.
        # Within a process we stand in line instead, without holding a connection that readers could use.
        if not self.is_sqlite:
            yield
            return
        try:
            async with asyncio.timeout(BUSY_S):
                await self._write_turn.acquire()
        except TimeoutError:
            raise Busy("Other transactions hold the database.") from None
        try:
            yield
        finally:
            self._write_turn.release()

    async def check(self) -> None:
        """Raise when the database does not answer."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))


@asynccontextmanager
async def _busy_when_exhausted(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    try:
        connection = await engine.connect()
    except PoolTimeout:
        raise Busy("Every database connection is taken.") from None
    try:
        yield connection
    finally:
        await connection.close()


async def insert_once(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert `row` unless its key is taken; say whether it is new."""
    result = await connection.execute(_insertion(connection.dialect.name, table), dict(row))
    return result.rowcount == 1


@lru_cache(maxsize=256)
def _insertion(dialect: str, table: Table) -> Executable:
    # Kept, because composing a statement costs more than SQLite takes to run it.
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return cast("sqlite.Insert", insert(table)).on_conflict_do_nothing()


def _prepare_sqlite(connection: Any, _: object) -> None:
    # The driver's own transaction control starts transactions late and as readers; we say BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    _turn_to_wal(cursor)
    for pragma in SQLITE_PRAGMAS:
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


def _begin_sqlite(connection: Any) -> None:
    if not connection.get_execution_options().get(AUTOCOMMIT):
        # A transaction that starts as a reader and then writes fails at once when another one wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
