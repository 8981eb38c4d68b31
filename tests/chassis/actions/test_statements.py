"""What becomes of statements while a database or a queue is in trouble."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from sqlalchemy import Column, MetaData, String, Table, select, text
from sqlalchemy.exc import OperationalError

from observability.wiring import Telemetry, wire
from observability.wiring.settings import TelemetrySettings
from services.chassis.actions.registry import ON_STATEMENTS
from services.chassis.app import build_app
from services.chassis.broker import ORDER_PLACED, ORDER_QUEUE, Broker, Delivery, Message
from services.chassis.channel_frames import ArmedScope
from services.chassis.database import Database
from services.chassis.errors import NeighbourUnavailable
from services.chassis.settings import ServiceSettings
from tests.support.back_ends import database_url
from tests.support.brokers import Brokers
from tests.support.consuming import consuming, emptied
from tests.support.faults import switched_on
from tests.support.polling import poll_until_async
from tests.support.served import served

pytestmark = pytest.mark.usefixtures("back_end")

metadata = MetaData()
things = Table("things", metadata, Column("name", String(40), primary_key=True))
LATENCY, ERROR = ON_STATEMENTS["database"]
QUEUE_LATENCY, QUEUE_ERROR = ON_STATEMENTS["queue"]


class Settings(ServiceSettings):
    """A service of its own."""

    service = "order-service"


@pytest.fixture
def telemetry() -> Telemetry:
    """What is seen."""
    return wire(Settings(instance="order-service-1", port=0), TelemetrySettings(traces_exporter="none"))


@pytest.fixture
async def database(tmp_path: Path, telemetry: Telemetry) -> AsyncIterator[Database]:
    """A database with one row."""
    async with Database(database_url(tmp_path, "own"), metadata, telemetry, name="own") as database:
        async with database.begin() as connection:
            await connection.execute(things.insert(), {"name": "first"})
        yield database


async def _names(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(select(things.c.name))).scalars())


async def test_a_statement_that_takes_longer_holds_up_nobody_else(database: Database, telemetry: Telemetry) -> None:
    """The event loop goes on; the duration that is recorded has the latency in it; the result is right."""

    def took_s() -> float:
        labels = {"database": "own", "operation": "SELECT"}
        return telemetry.metrics.registry.get_sample_value("db_client_operation_duration_seconds_sum", labels) or 0.0

    before_s = took_s()
    with switched_on(LATENCY, delay_ms=200):
        asking = asyncio.create_task(_names(database))
        turns = 0
        while not asking.done():
            await asyncio.sleep(0.001)
            turns += 1
        assert await asking == ["first"]
    assert turns > 10
    assert took_s() - before_s > 0.19


async def test_a_connection_that_breaks_fails_its_statement_as_the_driver_says(database: Database) -> None:
    """It is SQLAlchemy's own error, taken for a disconnection; afterwards all is well, without a restart."""
    with switched_on(ERROR):
        for _ in range(3):
            with pytest.raises(OperationalError) as failed:
                await _names(database)
            assert failed.value.connection_invalidated
    assert await _names(database) == ["first"]
    assert database.engine.sync_engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_transaction_on_a_broken_connection_leaves_nothing(database: Database) -> None:
    """What was written before the connection broke is rolled back, and its lock is free."""

    async def write_two() -> None:
        async with database.begin() as connection:
            await connection.execute(things.insert(), {"name": "second"})
            with switched_on(ERROR):
                await connection.execute(things.insert(), {"name": "third"})

    with pytest.raises(OperationalError):
        await write_two()
    async with database.begin() as connection:
        await connection.execute(things.insert(), {"name": "fourth"})
    assert await _names(database) == ["first", "fourth"]


async def test_some_statements_fail_and_the_others_do_not(database: Database) -> None:
    """A percentage is drawn statement by statement."""
    outcomes = []
    with switched_on(ERROR, scope=ArmedScope(percent=30, baggage=None), seed=1):
        for _ in range(40):
            try:
                outcomes.append(await _names(database))
            except OperationalError:
                outcomes.append([])
    assert 0 < outcomes.count([]) < 40
    assert outcomes.count(["first"]) == 40 - outcomes.count([])


async def test_many_at_once_recover(database: Database) -> None:
    """However many connections break at the same moment, none is lost to the pool."""
    with switched_on(ERROR, scope=ArmedScope(percent=50, baggage=None), seed=1):
        results = await asyncio.gather(*(_names(database) for _ in range(40)), return_exceptions=True)
    assert {type(result) for result in results} == {list, OperationalError}
    assert await asyncio.gather(*(_names(database) for _ in range(10))) == [["first"]] * 10


async def test_callers_see_what_a_real_failure_gives(database: Database, telemetry: Telemetry) -> None:
    """A statement on a broken connection, and one on a table that is gone, end in the same problem."""
    router = APIRouter()

    @router.get("/names")
    async def names() -> list[str]:
        return await _names(database)

    @router.get("/gone")
    async def gone() -> None:
        async with database.read() as connection:
            await connection.execute(text("SELECT * FROM gone"))

    settings = Settings(instance="order-service-1", port=0)
    app = build_app(
        settings,
        telemetry,
        title="Names",
        description="Knows names.",
        routers=[router],
        checks={"database": database.check},
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with served(app), httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        real = await client.get("/gone")
        with switched_on(ERROR):
            broken = await client.get("/names")
            assert (await client.get("/ready")).status_code == 503
            assert (await client.get("/health")).status_code == 200
        assert (broken.status_code, broken.json()) == (real.status_code, real.json())
        assert real.status_code == 500
        assert (await client.get("/names")).json() == ["first"]
        assert (await client.get("/ready")).status_code == 200


async def test_the_trouble_of_a_queue_is_not_that_of_a_database(database: Database, queue: Broker) -> None:
    """Each is switched on by its own name; it is over as soon as it is switched off."""
    message = Message("m-1", ORDER_PLACED, {"order_id": "7"})
    with switched_on(QUEUE_ERROR):
        with pytest.raises((OperationalError, NeighbourUnavailable)):
            await queue.publish(message)
        assert await _names(database) == ["first"]
    with switched_on(ERROR):
        await queue.publish(message)
    with switched_on(QUEUE_LATENCY, delay_ms=50):
        before = time.monotonic()
        delivery = await queue.receive(ORDER_QUEUE, 30)
        assert time.monotonic() - before >= 0.05
    assert delivery is not None
    assert delivery.message.id == "m-1"


@pytest.mark.stack
@pytest.mark.xdist_group("rabbitmq")
async def test_a_queue_whose_connections_break_loses_nothing(room: str) -> None:
    """On RabbitMQ a connection takes what it holds along: it is handled by whoever comes next."""
    names, handled = {f"m-{number}" for number in range(30)}, set[str]()

    async def handle(delivery: Delivery) -> None:
        handled.add(delivery.message.id)

    async with Brokers(room)() as queue:
        for name in names:
            await queue.publish(Message(name, ORDER_PLACED, {}))
        with switched_on(QUEUE_ERROR, scope=ArmedScope(percent=20, baggage=None), seed=1):
            async with consuming(queue, handle, max_deliveries=100):

                async def all_handled() -> bool:
                    return handled == names

                await poll_until_async(all_handled, "every message to be handled")
        async with consuming(queue, handle):
            await emptied(queue)
        assert (await queue.depth(ORDER_QUEUE)).dead == 0
