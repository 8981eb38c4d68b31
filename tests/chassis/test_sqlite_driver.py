"""What is special about SQLite: writers stand in line, and each statement is one trip to a thread."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from services.chassis.database import Database, insert_once
from services.chassis.errors import Busy
from tests.chassis.test_database import names, opened, things
from tests.support.pages import ROOT


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Return a database with few connections and little patience."""
    async with opened(tmp_path) as database:
        yield database


async def test_writers_of_one_process_take_turns_in_order(database: Database) -> None:
    """First come, first served, without using up the connections."""
    order: list[int] = []

    async def write(index: int) -> None:
        async with database.begin():
            order.append(index)
            await asyncio.sleep(0)

    await asyncio.gather(*(write(index) for index in range(20)))
    assert order == list(range(20))


async def test_a_writer_that_waits_in_vain_is_told_so(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction in its way is not disturbed."""
    monkeypatch.setattr("services.chassis.database.BUSY_S", 0.05)
    async with database.begin() as connection:
        with pytest.raises(Busy):
            await _insert(database)
        await connection.execute(things.insert(), {"name": "a"})
    assert await names(database) == ["a"]


async def _insert(database: Database) -> None:
    async with database.begin() as connection:
        await connection.execute(things.insert(), {"name": "a"})


async def test_a_statement_costs_one_trip_to_its_thread(database: Database) -> None:
    """And so does a commit; a query has nothing to roll back."""
    trips: list[str] = []
    async with database.read() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        execute = driver._execute

    async def counted(function: Callable[..., object], *arguments: object) -> object:
        trips.append(str(function))
        return await execute(function, *arguments)

    driver._execute = counted
    await names(database)
    assert len(trips) == 1
    async with database.autocommit() as connection:
        assert await insert_once(connection, things, {"name": "a"})
    assert len(trips) == 2
    async with database.begin() as connection:
        await connection.execute(things.insert(), [{"name": "b"}, {"name": "c"}])
    assert len(trips) == 5


async def test_connections_of_a_resized_pool_are_prepared_like_the_others(database: Database) -> None:
    """Whatever listens to the former pool listens to the new one."""
    database.resize(1)
    async with database.read() as connection:
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar() == 1


def test_a_service_on_sqlite_does_without_the_driver_of_postgresql() -> None:
    """It would cost every process of the embedded lab memory and time to start."""
    program = (
        "import sys, services.order.app, services.chassis.database as d, sqlalchemy as sa\n"
        "d.Database('sqlite+aiosqlite:///:memory:', sa.MetaData(), None, name='own')\n"
        "print(sorted(name for name in sys.modules if name.startswith('psycopg')))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "[]"
