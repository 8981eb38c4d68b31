"""What a transaction says happened is told, at least once, whenever the process or the broker dies."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, func, select

from observability.wiring import Telemetry, vocabulary
from services.chassis.broker import Message
from services.chassis.database import Database
from services.chassis.outbox import BATCH, OutboxRelay, add_to_outbox, outbox_table
from tests.support.back_ends import BackEnd, broker_url, database_url
from tests.support.broker import message, taken, taken_ids
from tests.support.brokers import Between, Brokers
from tests.support.polling import poll_until_async
from tests.support.telemetry import telemetry, value

pytestmark = pytest.mark.usefixtures("back_end")

metadata = MetaData()
outbox = outbox_table(metadata)


class Killed(BaseException):
    """The process is gone."""


class Unreliable(Between):
    """A queue that does what it is asked and then fails, or fails before it does anything."""

    after: BaseException | None = None
    before: BaseException | None = None
    published = 0

    async def publish(self, message: Message) -> None:
        """Store `message`, unless told to fail first."""
        if self.before is not None:
            raise self.before
        await super().publish(message)
        self.published += 1
        if self.after is not None:
            raise self.after


@pytest.fixture(scope="module")
def back_end_of_module(back_end_with_broker: BackEnd) -> BackEnd:
    """Have the queue be on RabbitMQ where the data is on PostgreSQL."""
    return back_end_with_broker


@pytest.fixture
def brokers(tmp_path: Path) -> Brokers:
    """Return the broker that goes with the database."""
    return Brokers(broker_url(tmp_path))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Return a database with an outbox."""
    async with Database(database_url(tmp_path, "own"), metadata, None, name="own") as database:
        yield database


@pytest.fixture
async def queue(brokers: Brokers) -> AsyncIterator[Unreliable]:
    """Return a queue that can be told to fail."""
    async with Unreliable(brokers()) as queue:
        yield queue


async def store(database: Database, *names: str) -> None:
    """Commit messages."""
    async with database.begin() as connection:
        for name in names:
            await add_to_outbox(connection, outbox, message(name, about=name))


async def drained(metrics: Telemetry, count: int) -> None:
    """Wait until `count` messages have been handed over."""

    async def enough() -> bool:
        return value(metrics, vocabulary.MESSAGES_PUBLISHED, "order.placed") >= count

    await poll_until_async(enough, f"{count} messages to be sent")


async def rounds(metrics: Telemetry, count: int) -> None:
    """Wait until the relay has gone round `count` times."""

    async def enough() -> bool:
        return value(metrics, vocabulary.PERIODIC_RUNS, "outbox.relay", "done") >= count

    await poll_until_async(enough, f"round {count} of the relay")


async def test_a_committed_message_is_sent(
    database: Database, queue: Unreliable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as the relay is told, whole, and then forgotten."""
    monkeypatch.setattr("services.chassis.outbox.IDLE_S", 3600.0)
    metrics = telemetry()
    async with OutboxRelay(database, outbox, queue, metrics) as relay:
        await rounds(metrics, 1)
        await store(database, "m")
        relay.poke()
        await rounds(metrics, 2)
        delivery = await taken(queue)
        assert delivery.message.body == {"about": "m"}
        await queue.acknowledge(delivery)
        async with database.read() as connection:
            assert (await connection.execute(select(func.count()).select_from(outbox))).scalar_one() == 0
        relay.poke()
        await rounds(metrics, 3)
        assert await taken_ids(queue) == []


async def test_what_was_rolled_back_is_never_told(database: Database, queue: Unreliable) -> None:
    """The message shares the fate of the transaction."""
    with pytest.raises(ZeroDivisionError):
        await _store_and_fail(database)
    metrics = telemetry()
    await store(database, "committed later")
    async with OutboxRelay(database, outbox, queue, metrics):
        await drained(metrics, 1)
    assert await taken_ids(queue) == ["committed later"]


async def _store_and_fail(database: Database) -> None:
    async with database.begin() as connection:
        await add_to_outbox(connection, outbox, message("m"))
        raise ZeroDivisionError


async def test_what_a_dead_process_left_is_sent_by_the_next(database: Database, queue: Unreliable) -> None:
    """Nobody has to tell the relay."""
    await store(database, "a", "b")
    metrics = telemetry()
    async with OutboxRelay(database, outbox, queue, metrics):
        await drained(metrics, 2)
    assert await taken_ids(queue) == ["a", "b"]


async def test_dying_between_sending_and_forgetting_sends_twice_and_never_not_at_all(
    database: Database, queue: Unreliable
) -> None:
    """The consumer may have dealt with the first one already."""
    await store(database, "m")
    queue.after = Killed()
    relay = OutboxRelay(database, outbox, queue, telemetry())
    async with relay:

        async def published() -> bool:
            return queue.published == 1

        await poll_until_async(published, "the first sending")
    await queue.acknowledge(await taken(queue))
    queue.after = None
    metrics = telemetry()
    async with OutboxRelay(database, outbox, queue, metrics):
        await drained(metrics, 1)
    assert await taken_ids(queue) == ["m"]


async def test_messages_wait_while_the_broker_is_away(database: Database, queue: Unreliable) -> None:
    """The backlog and its age show in the metrics; everything goes out when the broker is back, in order."""
    names = [f"m{number:03}" for number in range(BATCH + 10)]
    await store(database, *names)
    queue.before = OSError("the broker is away")
    metrics = telemetry()
    async with OutboxRelay(database, outbox, queue, metrics) as relay:

        async def seen() -> bool:
            return value(metrics, vocabulary.OUTBOX_PENDING) == BATCH + 10

        await poll_until_async(seen, "the backlog to be measured")
        assert value(metrics, vocabulary.OUTBOX_OLDEST_AGE) > 0
        queue.before = None
        relay.poke()
        await drained(metrics, BATCH + 10)

        async def empty() -> bool:
            return value(metrics, vocabulary.OUTBOX_PENDING) == 0

        await poll_until_async(empty, "the outbox to be empty")
    assert await taken_ids(queue) == names


async def test_what_was_sent_before_the_broker_went_away_is_not_sent_again(
    database: Database, brokers: Brokers
) -> None:
    """Of a batch that fails half-way only the rest is repeated."""

    class FailsOnSecond(Between):
        seen: list[str]

        async def publish(self, message: Message) -> None:
            self.seen.append(message.id)
            if len(self.seen) == 2:
                raise OSError("the broker is away")
            await super().publish(message)

    broker = FailsOnSecond(brokers())
    broker.seen = []
    await store(database, "a", "b", "c")
    metrics = telemetry()
    async with broker, OutboxRelay(database, outbox, broker, metrics):
        await drained(metrics, 3)
    assert broker.seen == ["a", "b", "b", "c"]


async def left(database: Database) -> int:
    """Return how many messages the outbox holds."""
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(outbox))).scalar_one())


async def test_a_broker_that_hangs_costs_the_service_no_connection(brokers: Brokers, tmp_path: Path) -> None:
    """Even when it has only one: what is to be told waits, and nothing else does."""
    asked, answers = asyncio.Event(), asyncio.Event()

    class Hangs(Between):
        async def publish(self, message: Message) -> None:
            asked.set()
            await answers.wait()
            await super().publish(message)

    metrics, broker, url = telemetry(), Hangs(brokers()), database_url(tmp_path, "own")
    async with (
        Database(url, metadata, None, name="own", pool_size=1, pool_timeout_s=0.2) as database,
        broker,
        OutboxRelay(database, outbox, broker, metrics) as relay,
    ):
        await store(database, "a")
        relay.poke()
        await asyncio.wait_for(asked.wait(), 30)
        await store(database, "b")
        assert await left(database) == 2
        answers.set()
        await drained(metrics, 2)


async def test_what_a_slow_broker_has_is_forgotten_on_the_way(
    database: Database, brokers: Brokers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction lasts for a whole batch: the server would end it, and the same would be sent for ever."""
    monkeypatch.setattr("services.chassis.outbox.HOLD_S", 0.0)
    counts = []

    class Counts(Between):
        async def publish(self, message: Message) -> None:
            counts.append(await left(database))
            await super().publish(message)

    await store(database, "a", "b", "c")
    metrics, broker = telemetry(), Counts(brokers())
    async with broker, OutboxRelay(database, outbox, broker, metrics):
        await drained(metrics, 3)
    assert counts == [3, 2, 1]


async def test_the_trace_goes_on_where_the_message_is_handled(
    database: Database, queue: Unreliable, brokers: Brokers
) -> None:
    """The headers name the trace of the request that stored the message, and the sending as the parent."""
    metrics = telemetry()
    with metrics.tracer.start_as_current_span("request") as span:
        trace_id = f"{span.get_span_context().trace_id:032x}"
        span_id = f"{span.get_span_context().span_id:016x}"
        await store(database, "m")
    async with OutboxRelay(database, outbox, queue, metrics):
        await drained(metrics, 1)
    async with brokers() as other_process:
        header = (await taken(other_process)).message.headers["traceparent"]
    assert header.split("-")[1] == trace_id
    assert header.split("-")[2] != span_id


async def test_replicas_that_send_from_one_outbox_send_everything(
    back_end: BackEnd, database: Database, queue: Unreliable, tmp_path: Path
) -> None:
    """On PostgreSQL nothing twice: what one is sending, the others pass over."""
    names = [f"m{number:03}" for number in range(3 * BATCH)]
    await store(database, *names)
    metrics = telemetry()
    url = database_url(tmp_path, "own")
    async with (
        Database(url, metadata, None, name="other") as other,
        OutboxRelay(database, outbox, queue, metrics),
        OutboxRelay(other, outbox, queue, metrics),
    ):
        await drained(metrics, len(names))

        async def empty() -> bool:
            async with database.read() as connection:
                return (await connection.execute(select(func.count()).select_from(outbox))).scalar_one() == 0

        await poll_until_async(empty, "the outbox to be empty")
    assert sorted(await taken_ids(queue)) == names
    if back_end.cluster is not None:
        assert queue.published == len(names)
