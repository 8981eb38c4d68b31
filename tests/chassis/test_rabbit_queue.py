"""What is RabbitMQ's own: connections that are lost, nodes that start again, processes that are killed."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from services.chassis.broker import LEASE_S, ORDER_QUEUE, Broker, Delivery
from services.chassis.errors import NeighbourUnavailable
from services.chassis.rabbit_queue import RabbitQueue
from tests.support import rabbitmq
from tests.support.broker import message, publish, taken
from tests.support.brokers import Brokers
from tests.support.consuming import consuming
from tests.support.listening_port import free_port
from tests.support.polling import poll_until_async

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("rabbitmq")]


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[rabbitmq.Node]:
    """Run a node that a test may kill."""
    if not rabbitmq.found():
        pytest.skip(rabbitmq.ABSENT)
    with rabbitmq.running(tmp_path) as node:
        yield node


async def _counted(queue: Broker, ready: int, leased: int) -> None:
    async def so_many() -> bool:
        depth = await queue.depth(ORDER_QUEUE)
        return (depth.ready, depth.leased) == (ready, leased)

    await poll_until_async(so_many, f"{ready} ready and {leased} leased", within_s=LEASE_S * 2)


async def _holding(room: str) -> asyncio.subprocess.Process:
    process = await Brokers(room).process("hold", "h", "1")
    assert process.stdout is not None
    while (await process.stdout.readline()).decode() != "m\n":
        pass
    return process


async def test_a_killed_consumer_leaves_its_message_to_others(room: str) -> None:
    """At once, and counted as an attempt, however often: a message that kills must end as a dead letter."""
    async with RabbitQueue(room) as queue:
        await publish(queue, "m")
        for _ in range(3):
            process = await _holding(room)
            await _counted(queue, 0, 1)
            process.send_signal(signal.SIGKILL)
            await process.communicate()
            await _counted(queue, 1, 0)
        delivery = await queue.receive(ORDER_QUEUE, 5.0)
        assert delivery is not None
        assert delivery.attempt == 4


async def test_a_consumer_that_stands_still_loses_its_message(room: str) -> None:
    """Its connection is given up after about the time of a lease."""
    async with RabbitQueue(room) as queue:
        await publish(queue, "m")
        process = await _holding(room)
        process.send_signal(signal.SIGSTOP)
        try:
            await _counted(queue, 1, 0)
            assert (await taken(queue)).attempt == 2
        finally:
            process.kill()
            await process.communicate()


async def test_replicas_that_start_at_once_declare_the_same(room: str) -> None:
    """On a broker that is still bare, nobody fails."""
    queues = [RabbitQueue(room) for _ in range(8)]
    try:
        await asyncio.gather(*(queue.publish(message(str(number))) for number, queue in enumerate(queues)))
        assert (await queues[0].depth(ORDER_QUEUE)).ready == 8
    finally:
        for queue in queues:
            await queue.__aexit__(None, None, None)


async def test_a_message_without_a_queue_is_not_taken_for_stored(room: str, node: rabbitmq.Node) -> None:
    """The publisher hears of it, and declares the queue again when it next connects."""
    async with RabbitQueue(room) as queue:
        await publish(queue, "m")
        node.api.delete(f"/queues/{room.rpartition('/')[2]}/{ORDER_QUEUE}").raise_for_status()
        with pytest.raises(NeighbourUnavailable):
            await publish(queue, "lost?")
    async with RabbitQueue(room) as queue:
        await publish(queue, "m")
        assert (await taken(queue)).message.id == "m"


async def test_nothing_hangs_while_there_is_no_broker() -> None:
    """Every operation says so, at once after the first."""
    secret = uuid4().hex
    async with RabbitQueue(f"amqp://nobody:{secret}@127.0.0.1:{free_port()}/") as queue:
        async with asyncio.timeout(10):
            for _ in range(20):
                with pytest.raises(NeighbourUnavailable, match="message-broker is not available"):
                    await queue.publish(message("m"))
                with pytest.raises(NeighbourUnavailable):
                    await queue.receive(ORDER_QUEUE, 3600.0)
                with pytest.raises(NeighbourUnavailable) as told:
                    await queue.depth(ORDER_QUEUE)
                assert secret not in str(told.value)


async def test_a_lost_connection_takes_what_was_held_along(room: str) -> None:
    """What its former holder says about it is no longer heard, and the message is there once."""
    async with RabbitQueue(room) as queue, RabbitQueue(room) as other:
        await publish(queue, "m")
        late = await taken(queue)
        waiting = asyncio.create_task(queue.receive(ORDER_QUEUE, 3600.0))

        async def waits() -> bool:
            return bool(queue._link._line and queue._link._line.waiting)

        await poll_until_async(waits, "the consumer to wait")
        await queue._link.close()
        with pytest.raises(NeighbourUnavailable):
            await waiting
        again = await other.receive(ORDER_QUEUE, 5.0)
        assert again is not None
        await queue.retry_later(late, 0.0)
        await queue.acknowledge(late)
        await other.acknowledge(again)
        await _counted(queue, 0, 0)


class Traffic:
    """Messages that fail once each and are then handled, while somebody publishes whatever happens."""

    def __init__(self) -> None:
        self.confirmed: list[str] = []
        self.handled: set[str] = set()
        self._stopping = False

    async def handle(self, delivery: Delivery) -> None:
        """Handle one at its second attempt."""
        if delivery.attempt == 1:
            raise ValueError("not yet")
        self.handled.add(delivery.message.id)

    async def publish(self, queue: Broker) -> None:
        """Publish until it is enough; repeat what was not confirmed."""
        while not self._stopping:
            name = f"m{len(self.confirmed)}"
            try:
                await queue.publish(message(name))
            except NeighbourUnavailable:
                await asyncio.sleep(0.05)
            else:
                self.confirmed.append(name)
                await asyncio.sleep(0.02)  # so that whoever handles them keeps up

    async def flows(self) -> None:
        """Wait until more has been published and handled."""
        before, handled_before = len(self.confirmed), len(self.handled)

        async def enough() -> bool:
            return len(self.confirmed) >= before + 150 and len(self.handled) >= handled_before + 50

        await poll_until_async(enough, "some traffic", within_s=60)

    async def ends(self) -> None:
        """Publish no more, and wait until everything is handled."""
        self._stopping = True

        async def all_handled() -> bool:
            return self.handled >= set(self.confirmed)

        await poll_until_async(all_handled, f"{len(self.confirmed)} messages to be handled", within_s=120)


@pytest.mark.timeout(300)
async def test_a_broker_that_is_killed_and_starts_again_loses_nothing(mortal: rabbitmq.Node) -> None:
    """While it is published to and consumed from, with messages that wait for their time: all are handled."""
    room, traffic = mortal.room(), Traffic()
    async with RabbitQueue(room) as queue, RabbitQueue(room) as other:
        async with consuming(queue, traffic.handle, max_deliveries=100, concurrency=8):
            publishing = asyncio.create_task(traffic.publish(other))
            for _ in range(2):
                await traffic.flows()
                mortal.kill()
                await asyncio.to_thread(mortal.start)
            await traffic.flows()
            await traffic.ends()
            await publishing
        assert (await queue.depth(ORDER_QUEUE)).dead == 0
