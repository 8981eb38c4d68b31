"""A service's own database: SQLite in WAL mode or PostgreSQL, chosen by URL."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, Self, cast

from sqlalchemy import DateTime, Dialect, Executable, MetaData, Table, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

from observability.wiring import Telemetry
from observability.wiring.sql import instrument_engine
from services.chassis import sqlite_driver
from services.chassis.errors import Busy, DatabaseUnavailable
from services.chassis.pool import Pool
from services.chassis.sqlite_driver import AUTOCOMMIT, BUSY_S
from services.chassis.statements import Store, guide

START_S, AGAIN_S = 30.0, 0.25
"""How long a service that starts waits for its database, and after which pause it asks again."""
SETTING_UP = "nightshift schema"
"""What replicas take turns by when they create tables: only one of two that create the same one at once can succeed."""


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
    """Connections to one database. Enter it before use: that creates the tables of `metadata`.

    Without `metadata` nothing is created, nor is anybody asked before the first use.
    """

    def __init__(
        self,
        url: str,
        metadata: MetaData | None,
        telemetry: Telemetry | None,
        *,
        name: str,
        pool_size: int = 5,
        pool_timeout_s: float = 2.0,
        store: Store = "database",
    ) -> None:
        self.metadata = metadata
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._driver = sqlite_driver if self.is_sqlite else _postgres_driver()
        self.engine: AsyncEngine = create_async_engine(
            url,
            poolclass=Pool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout_s,
            hide_parameters=True,
            connect_args=dict(self._driver.arguments()),
        )
        self._pool_timeout_s = pool_timeout_s
        self._leaving: set[asyncio.Task[None]] = set()
        self._driver.watch(self.engine)
        guide(self.engine, store)
        if telemetry is not None:
            instrument_engine(self.engine, name, telemetry)
        # On SQLite the driver commits each statement unless we say BEGIN; switching its mode back and forth, as the
        # isolation level does, would cost more than a query. For psycopg it is a flag.
        autocommit = {AUTOCOMMIT: True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._autocommitting = self.engine.execution_options(**autocommit)
        self._write_turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        give_up_at = time.monotonic() + START_S
        while self.metadata is not None:
            try:
                await self._set_up(self.metadata)
            except (Busy, DatabaseUnavailable):
                # Nothing was done; it may have been started together with us.
                if time.monotonic() > give_up_at:
                    raise
                await asyncio.sleep(AGAIN_S)
            else:
                break
        return self

    async def _set_up(self, metadata: MetaData) -> None:
        async with self.begin() as connection:
            await in_turn(connection, SETTING_UP)
            await connection.run_sync(metadata.create_all)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._leaving:
            task.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        await self.engine.dispose()

    def beside(self) -> Self:
        """Return one more connection to the same database, for who may hold it for long. Its statements are not seen.

        On SQLite, where nobody can hold one for long, it is this database itself.
        """
        if self.is_sqlite:
            return self
        url = self.engine.url.render_as_string(hide_password=False)
        return type(self)(url, None, None, name="", pool_size=1, pool_timeout_s=self._pool_timeout_s)

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

        On SQLite it is the only one. On PostgreSQL others go on beside it and each statement sees what they have
        committed: what is read to decide on a change is locked (`with_for_update`), or part of the change's condition.

        Raises `Busy` when no connection comes free within the pool's timeout, or when others were in the way and
        nothing was changed; `DatabaseUnavailable` when no connection can be made.
        """
        async with self._turn(), self._connected(self.engine) as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection on which each statement is a transaction of its own. Raises as `begin` does."""
        async with self._turn(), self.read() as connection:
            yield connection

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a connection for queries, each of which sees the latest commits. Raises as `begin` does."""
        return self._connected(self._autocommitting)

    async def session(self) -> AsyncConnection:
        """Take a connection, which its taker closes, for several transactions one after the other.

        On SQLite they do not stand in line with the others' of this process. Raises as `begin` does.
        """
        return await self._taken(self.engine)

    async def _taken(self, engine: AsyncEngine) -> AsyncConnection:
        try:
            return await engine.connect()
        except PoolTimeout:
            raise Busy("Every database connection is taken.") from None
        except DBAPIError as error:
            raise self._driver.unreachable(error) or error from error.orig

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        connection = await self._taken(engine)
        try:
            yield connection
        except DBAPIError as error:
            raise self._driver.refusal(error) or error from error.orig
        finally:
            await connection.close()

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


def _postgres_driver() -> Any:
    # Only a service that uses it pays for the import.
    from services.chassis import postgres_driver  # noqa: PLC0415

    return postgres_driver


async def in_turn(connection: AsyncConnection, what: str) -> None:
    """Wait until no other transaction is at `what`, and keep others from it until this one ends.

    On SQLite there is only one at a time anyway.
    """
    if connection.dialect.name != "sqlite":
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": what})


def insertion_into(dialect: str, table: Table) -> sqlite.Insert:
    """Return an INSERT that can be told what to do when a key is taken; both databases say that in the same words."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return cast("sqlite.Insert", insert(table))


async def insert_once(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert `row` unless its key is taken; say whether it is new."""
    result = await connection.execute(_insertion(connection.dialect.name, table), dict(row))
    return result.rowcount == 1


@lru_cache(maxsize=256)
def _insertion(dialect: str, table: Table) -> Executable:
    # Kept, because composing a statement costs more than SQLite takes to run it.
    insertion = insertion_into(dialect, table).on_conflict_do_nothing()
    # Without `inline`, PostgreSQL would be asked for the number that it gave the row.
    return insertion.inline().execution_options(preserve_rowcount=True)
