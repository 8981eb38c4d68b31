"""One writer at a time, readers beside it, nothing half done, and a clear answer when there is no connection left."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, func, make_url, select, update
from sqlalchemy.exc import StatementError

from services.chassis.database import Database, UtcDateTime, insert_once
from services.chassis.errors import Busy
from tests.support.back_ends import database_url

pytestmark = pytest.mark.usefixtures("back_end")

metadata = MetaData()
things = Table(
    "things",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("number", Integer, nullable=False, default=0),
    Column("at", UtcDateTime),
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Return a database with few connections and little patience."""
    async with opened(tmp_path) as database:
        yield database


def opened(folder: Path, *, patience_s: float = 0.1) -> Database:
    """Return the database in `folder`; every call stands for another process."""
    url = database_url(folder, "own")
    return Database(url, metadata, None, name="test", pool_size=2, pool_timeout_s=patience_s)


async def names(database: Database) -> list[str]:
    """Return what has been committed."""
    async with database.read() as connection:
        return list((await connection.execute(select(things.c.name).order_by(things.c.name))).scalars())


async def number(database: Database) -> int:
    """Return the one number there is."""
    async with database.read() as connection:
        return int((await connection.execute(select(things.c.number))).scalar_one())


async def test_a_transaction_is_kept_whole(database: Database) -> None:
    """Both rows are there afterwards."""
    async with database.begin() as connection:
        await connection.execute(things.insert(), [{"name": "a"}, {"name": "b"}])
    assert await names(database) == ["a", "b"]


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    """Also on a connection that ran single statements before."""
    async with database.autocommit() as connection:
        await connection.execute(things.insert(), {"name": "before"})
    with pytest.raises(ZeroDivisionError):
        await _insert_and_fail(database)
    assert await names(database) == ["before"]


async def _insert_and_fail(database: Database) -> None:
    async with database.begin() as connection:
        await connection.execute(things.insert(), {"name": "a"})
        raise ZeroDivisionError


async def test_a_single_statement_is_kept_whatever_comes_after(database: Database) -> None:
    """Each one is a transaction of its own."""
    with pytest.raises(ZeroDivisionError):
        await _insert_alone_and_fail(database)
    assert await names(database) == ["a"]


async def _insert_alone_and_fail(database: Database) -> None:
    async with database.autocommit() as connection:
        await connection.execute(things.insert(), {"name": "a"})
        raise ZeroDivisionError


async def test_inserting_once_tells_whether_it_was_the_first(database: Database) -> None:
    """And changes nothing when it was not."""
    async with database.begin() as connection:
        assert await insert_once(connection, things, {"name": "a", "number": 1})
        assert not await insert_once(connection, things, {"name": "a", "number": 2})
    assert await number(database) == 1


async def test_readers_see_the_last_commit_while_somebody_writes(database: Database) -> None:
    """Without waiting."""
    async with database.begin() as connection:
        await connection.execute(things.insert(), {"name": "a"})
        assert await names(database) == []
    assert await names(database) == ["a"]


async def test_read_and_write_in_one_transaction_are_not_overtaken(tmp_path: Path) -> None:
    """Forty increments by two processes at once are forty."""
    # The last in line waits for all the others, each of whom waits for the disk.
    async with opened(tmp_path, patience_s=60) as one, opened(tmp_path, patience_s=60) as other:
        async with one.begin() as connection:
            await connection.execute(things.insert(), {"name": "counter"})

        async def increment(where: Database) -> None:
            async with where.begin() as connection:
                before = (await connection.execute(select(things.c.number).with_for_update())).scalar_one()
                await connection.execute(update(things).values(number=before + 1))

        await asyncio.gather(*(increment(where) for where in (one, other) * 20))
        assert await number(one) == 40


async def test_no_connection_left_is_answered_with_busy(database: Database) -> None:
    """After the pool's timeout; a connection given back can be used again."""
    async with AsyncExitStack() as readers:
        for _ in range(2):
            await readers.enter_async_context(database.read())
        with pytest.raises(Busy):
            await names(database)
    assert await names(database) == []


async def test_work_that_is_cancelled_gives_its_connection_and_its_turn_back(database: Database) -> None:
    """However often; nothing of it stays."""

    async def write() -> None:
        async with database.begin() as connection:
            await connection.execute(things.insert(), {"name": "a"})
            await asyncio.Event().wait()

    for _ in range(5):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(write(), 0.05)
    assert await names(database) == []
    async with database.begin() as connection:
        await connection.execute(things.insert(), {"name": "b"})
    assert await names(database) == ["b"]


async def test_work_that_is_cancelled_in_the_middle_of_a_statement_leaves_no_lock(
    database: Database, tmp_path: Path
) -> None:
    """Its BEGIN or its UPDATE may succeed after nobody waits for it any more."""
    async with database.begin() as connection:
        await connection.execute(things.insert(), {"name": "counter"})

    async def increment(where: Database) -> None:
        async with where.begin() as connection:
            await connection.execute(update(things).values(number=things.c.number + 1))

    async with opened(tmp_path) as other:
        for _ in range(3):
            async with other.begin() as connection:
                await connection.execute(update(things).values(number=things.c.number + 10))
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(increment(database), 0.05)
        await increment(other)
    assert await number(database) == 31


async def test_what_was_committed_outlives_the_process(database: Database, tmp_path: Path) -> None:
    """Opening again finds the tables and their rows."""
    async with database.begin() as connection:
        await connection.execute(things.insert(), {"name": "a"})
    await database.engine.dispose()
    async with opened(tmp_path) as again:
        assert await names(again) == ["a"]


async def test_processes_that_open_a_new_database_at_the_same_moment_all_get_it(tmp_path: Path) -> None:
    """Turning a new file to WAL is the one step in which SQLite refuses the second comer at once."""
    for attempt in range(40):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        databases = [opened(folder) for _ in range(4)]
        answers = await asyncio.gather(*(database.__aenter__() for database in databases), return_exceptions=True)
        await asyncio.gather(*(database.__aexit__(None, None, None) for database in databases))
        assert [answer for answer in answers if isinstance(answer, BaseException)] == []


async def test_readiness_asks_the_database(tmp_path: Path) -> None:
    """It fails when there is none."""
    missing = Database(f"sqlite+aiosqlite:///{tmp_path}/no/such/folder.db", metadata, None, name="missing")
    with pytest.raises(Exception, match="unable to open"):
        await missing.check()
    async with opened(tmp_path) as there:
        await there.check()


async def test_moments_come_back_as_they_were(database: Database) -> None:
    """As aware UTC, whichever zone they were written in, and they compare in SQL."""
    written = datetime(2025, 3, 30, 2, 30, 0, 125, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    async with database.begin() as connection:
        await connection.execute(things.insert(), {"name": "a", "at": written})
        read = (await connection.execute(select(things.c.at))).scalar_one()
        later = select(func.count()).where(things.c.at > written - timedelta(microseconds=1))
        assert (await connection.execute(later)).scalar_one() == 1
    assert read == written
    assert read.tzinfo is UTC


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    """Nobody could tell which one it is."""
    naive = datetime(2025, 1, 1)  # noqa: DTZ001 -- what is refused
    with pytest.raises(StatementError, match="no time zone"):
        await _insert_at(database, naive)


async def _insert_at(database: Database, at: datetime) -> None:
    async with database.begin() as connection:
        await connection.execute(things.insert(), {"name": "a", "at": at})


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 -- bounds
def test_both_databases_read_back_the_moment_that_was_written(moment: datetime) -> None:
    """SQLite keeps no zone, PostgreSQL answers in its own."""
    column, utc = UtcDateTime(), moment.astimezone(UTC)
    sqlite, postgresql = (make_url(f"{name}://").get_dialect()() for name in ("sqlite", "postgresql"))
    in_sqlite = column.process_bind_param(moment, sqlite)
    assert column.process_result_value(in_sqlite, sqlite) == utc
    in_postgresql = column.process_bind_param(moment, postgresql)
    assert in_postgresql is not None
    elsewhere = in_postgresql.astimezone(timezone(timedelta(hours=-3)))
    assert column.process_result_value(elsewhere, postgresql) == utc
