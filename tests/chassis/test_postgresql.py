"""PostgreSQL goes away, comes back, says no: the service goes on by itself, and callers hear what they can act on."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from observability.wiring import wire
from observability.wiring.settings import TelemetrySettings
from services.chassis import postgres_driver
from services.chassis.database import Database
from services.chassis.errors import Busy, DatabaseUnavailable
from tests.chassis.actions.test_statements import Settings
from tests.chassis.test_database import metadata, names, number, things
from tests.support.back_ends import BackEnd, using
from tests.support.polling import poll_until_async
from tests.support.postgres import Cluster

pytestmark = pytest.mark.stack


@pytest.fixture
def url(cluster: Cluster, tmp_path: Path) -> Iterator[str]:
    """Return the address of an empty database."""
    with using(BackEnd(cluster)) as back_end, back_end.passing():
        yield back_end.url(tmp_path, "own")


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Return a database with two rows."""
    async with opened(url) as database:
        async with database.begin() as connection:
            await connection.execute(things.insert(), [{"name": "a"}, {"name": "b"}])
        yield database


def opened(url: str) -> Database:
    """Return the database; every call stands for another process."""
    return Database(url, metadata, None, name="test", pool_size=4, pool_timeout_s=0.5)


async def use_all(database: Database) -> None:
    """Have every connection of the pool made."""
    await asyncio.gather(*(_sleep(database) for _ in range(4)))


async def _sleep(database: Database) -> None:
    async with database.read() as connection:
        await connection.execute(text("SELECT pg_sleep(0.05)"))


async def test_after_a_restart_of_the_server_nobody_gets_a_dead_connection(
    database: Database, cluster: Cluster
) -> None:
    """All idle connections are replaced before they are used: not one request fails, however many come at once."""
    for kill in (False, True):
        await use_all(database)
        cluster.stop(kill=kill)
        with pytest.raises(DatabaseUnavailable):
            await names(database)
        cluster.start()
        assert await asyncio.gather(*(names(database) for _ in range(4))) == [["a", "b"]] * 4


async def test_a_connection_that_dies_in_use_fails_its_transaction_and_no_other(
    database: Database, cluster: Cluster
) -> None:
    """As the driver says it; the next one gets another connection."""

    async def write() -> None:
        async with database.begin() as connection:
            await connection.execute(things.insert(), {"name": "c"})
            cluster.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'")
            await connection.execute(things.insert(), {"name": "d"})

    with pytest.raises(OperationalError) as failed:
        await write()
    assert failed.value.connection_invalidated
    assert await names(database) == ["a", "b"]


async def test_looking_whether_a_connection_lives_asks_nobody(database: Database) -> None:
    """A thousand looks at the socket take less time than a few statements."""
    async with database.read() as connection:
        link = (await connection.get_raw_connection()).driver_connection
        assert link is not None
        started = time.perf_counter()
        for _ in range(1000):
            assert not postgres_driver._has_news(link.pgconn.socket)
        assert (time.perf_counter() - started) / 1000 < 100e-6


async def test_of_two_transactions_that_wait_for_each_other_one_may_try_again(database: Database) -> None:
    """It is told that nothing was changed; the other one is done."""
    ready = asyncio.Barrier(2)

    async def add(first: str, second: str) -> None:
        async with database.begin() as connection:
            for name in (first, second):
                change = update(things).where(things.c.name == name).values(number=things.c.number + 1)
                await connection.execute(change)
                if name == first:
                    await ready.wait()

    results = await asyncio.gather(add("a", "b"), add("b", "a"), return_exceptions=True)
    [error] = [result for result in results if result is not None]
    assert isinstance(error, Busy)
    assert "nothing was changed" in error.detail
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT sum(number) FROM things"))).scalar_one() == 2


async def test_who_waits_for_a_lock_in_vain_is_told_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction in the way is not disturbed."""
    monkeypatch.setitem(postgres_driver.SESSION, "lock_timeout", "100ms")
    async with opened(url) as database:
        async with database.begin() as connection:
            await connection.execute(things.insert(), {"name": "a"})
        async with database.begin() as connection:
            await connection.execute(update(things).values(number=1))
            with pytest.raises(Busy, match="hold the database"):
                await _add_one(database)
        assert await number(database) == 1


async def test_a_statement_without_end_is_ended(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is a transaction in which nothing happens: its locks are free then."""
    monkeypatch.setitem(postgres_driver.SESSION, "statement_timeout", "100ms")
    monkeypatch.setitem(postgres_driver.SESSION, "idle_in_transaction_session_timeout", "100ms")
    async with opened(url) as database:
        with pytest.raises(Busy, match="took too long"):
            await _wait_for_ever(database)
        with pytest.raises(Busy, match="held up"):
            await _dawdle(database)
        assert await names(database) == []


async def test_work_that_is_cancelled_ends_at_once_even_when_the_server_does_not_answer(
    database: Database, cluster: Cluster
) -> None:
    """A server that is paused takes everything and says nothing."""
    await use_all(database)
    cluster.signal(signal.SIGSTOP)
    try:
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(names(database), 0.2)
        assert time.monotonic() - started < 1.0
    finally:
        cluster.signal(signal.SIGCONT)
    assert await names(database) == ["a", "b"]


async def test_what_nobody_waits_for_any_more_leaves_the_server(database: Database, cluster: Cluster) -> None:
    """It would hold its locks for as long as it runs."""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(_wait_for_ever(database), 0.2)

    async def gone() -> bool:
        return not cluster.run("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active'")

    await poll_until_async(gone, "the statement to be ended")


async def test_replicas_that_start_at_once_all_find_their_tables(url: str) -> None:
    """They make them one after the other."""
    databases = [opened(url) for _ in range(8)]
    answers = await asyncio.gather(*(database.__aenter__() for database in databases), return_exceptions=True)
    await asyncio.gather(*(database.__aexit__(None, None, None) for database in databases))
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []


async def test_who_starts_before_its_database_waits_for_it(
    url: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For some time: a machine that comes up, or is slow, is no reason to give up."""
    monkeypatch.setattr("services.chassis.database.START_S", 0.1)
    cluster.stop()
    with pytest.raises(DatabaseUnavailable):
        await opened(url).__aenter__()
    monkeypatch.setattr("services.chassis.database.START_S", 60.0)
    database = opened(url)
    entering = asyncio.create_task(database.__aenter__())
    await asyncio.sleep(0.5)
    assert not entering.done()
    cluster.start()  # from this thread: with the one that starts it, it ends
    await entering
    assert await names(database) == []
    await database.__aexit__(None, None, None)


async def test_statements_are_seen_as_those_of_postgresql(url: str) -> None:
    """Spans name the system by the conventions."""
    telemetry = wire(Settings(instance="order-service-1", port=0), TelemetrySettings(traces_exporter="none"))
    async with Database(url, metadata, telemetry, name="own") as database:
        await names(database)
        labels = {"database": "own", "operation": "SELECT"}
        count = telemetry.metrics.registry.get_sample_value("db_client_operation_duration_seconds_count", labels)
        assert count is not None
        assert count >= 1
        assert database.engine.dialect.name == "postgresql"


async def _add_one(database: Database) -> None:
    async with database.begin() as connection:
        await connection.execute(update(things).values(number=things.c.number + 1))


async def _dawdle(database: Database) -> None:
    async with database.begin() as connection:
        await connection.execute(things.insert(), {"name": "a"})
        await asyncio.sleep(0.3)
        await connection.execute(things.insert(), {"name": "b"})


async def _wait_for_ever(database: Database) -> None:
    async with database.read() as connection:
        await connection.execute(text("SELECT pg_sleep(60)"))
