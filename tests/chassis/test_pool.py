"""A pool whose size changes while connections are in use."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import MetaData, text

from services.chassis.database import Database
from services.chassis.errors import Busy
from tests.support.back_ends import database_url
from tests.support.polling import poll_until_async

pytestmark = pytest.mark.usefixtures("back_end")


def opened(folder: Path) -> Database:
    """Return a database with two connections and little patience."""
    return Database(database_url(folder, "own"), MetaData(), None, name="test", pool_size=2, pool_timeout_s=0.05)


async def _held(database: Database, stack: AsyncExitStack, number: int) -> None:
    for _ in range(number):
        connection = await stack.enter_async_context(database.read())
        await connection.execute(text("SELECT 1"))


async def test_a_larger_pool_gives_out_more(tmp_path: Path) -> None:
    """At once, although the former one is used up."""
    async with opened(tmp_path) as database, AsyncExitStack() as stack:
        await _held(database, stack, 2)
        with pytest.raises(Busy):
            await _held(database, stack, 1)
        database.resize(3)
        await _held(database, stack, 3)
        with pytest.raises(Busy):
            await _held(database, stack, 1)


async def test_a_smaller_pool_gives_out_less(tmp_path: Path) -> None:
    """And keeps the ways of the former one: readers do not open transactions, writers wait for each other."""
    async with opened(tmp_path) as database:
        database.resize(1)
        async with AsyncExitStack() as stack:
            await _held(database, stack, 1)
            with pytest.raises(Busy):
                await _held(database, stack, 1)
        async with database.begin() as connection:
            await connection.execute(text("CREATE TABLE t (n INTEGER)"))
        assert database.engine.sync_engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_connections_of_the_former_pool_are_closed_when_nobody_uses_them(tmp_path: Path) -> None:
    """None is left open, and none is taken from whoever uses it."""
    async with opened(tmp_path) as database:
        former = database.engine.sync_engine.pool
        async with database.read() as connection:
            database.resize(5)
            assert (await connection.execute(text("SELECT 1"))).scalar() == 1

        async def closed() -> bool:
            return former.checkedin() == 0 and not database._leaving  # type: ignore[attr-defined]

        await poll_until_async(closed, "its connections to be closed")
