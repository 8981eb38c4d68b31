"""What every broker promises: each message goes to one consumer at a time until it is dealt with."""

import asyncio
import subprocess
import sys
import time
from collections import Counter

import pytest

from services.chassis.broker import ORDER_CANCELLED, ORDER_QUEUE, Broker, Delivery, Letter, Message, open_broker
from tests.support.broker import message, publish, taken, taken_ids
from tests.support.brokers import ROOT, Brokers
from tests.support.polling import poll_until_async
from tests.support.telemetry import telemetry


async def came(queue: Broker, within_s: float = 60.0) -> Delivery:
    """Wait for the next delivery."""
    delivery = await queue.receive(ORDER_QUEUE, within_s)
    assert delivery is not None
    return delivery


async def counts(queue: Broker) -> tuple[int, int, int]:
    """Return how many are ready, leased and dead."""
    depth = await queue.depth(ORDER_QUEUE)
    return depth.ready, depth.leased, depth.dead


async def test_what_was_published_arrives_in_order_and_whole(queue: Broker) -> None:
    """Body, headers, topic and id are those that were sent."""
    await publish(queue, "first", "second")
    headers = {"traceparent": "00-x", "tracestate": "a=b", "baggage": "c=d", "x-request-id": "r"}
    sent = Message("third", ORDER_CANCELLED, {"lines": [{"quantity": 2}], "name": "Käse"}, headers)
    await queue.publish(sent)
    assert [(await taken(queue)).message.id for _ in range(2)] == ["first", "second"]
    delivery = await taken(queue)
    assert delivery.message == sent
    await queue.retry_later(delivery, 0.05)
    assert (await came(queue)).message == sent


async def test_a_message_outlives_the_process_that_published_it(brokers: Brokers) -> None:
    """It is stored when `publish` returns."""
    async with brokers() as queue:
        await publish(queue, "m")
    async with brokers() as queue:
        assert (await taken(queue)).message.id == "m"


async def test_nobody_else_gets_a_message_that_is_being_handled(brokers: Brokers) -> None:
    """Two consumers never hold one message."""
    async with brokers() as mine, brokers() as yours:
        await publish(mine, "m")
        await taken(mine)
        assert await yours.receive(ORDER_QUEUE, 0.05) is None
        assert await counts(yours) == (0, 1, 0)


async def test_a_message_comes_again_when_its_lease_is_over(brokers: Brokers) -> None:
    """To anybody, and each time counted as another attempt."""
    async with brokers(lease_s=0.05) as dead, brokers() as alive:
        await publish(dead, "m")
        assert (await taken(dead)).attempt == 1
        assert (await came(dead)).attempt == 2
        again = await came(alive)
        assert (again.message.id, again.attempt) == ("m", 3)


async def test_a_consumer_that_was_too_slow_no_longer_decides(brokers: Brokers) -> None:
    """Its acknowledgement, its handing back and its giving up do not touch the delivery that came after."""
    async with brokers(lease_s=0.05) as slow, brokers() as queue:
        await publish(slow, "m")
        late = await taken(slow)
        current = await came(queue)
        await slow.acknowledge(late)
        await slow.retry_later(late, 0.0)
        await slow.dead_letter(late, "too late")
        assert await queue.receive(ORDER_QUEUE, 0.0) is None
        assert await counts(queue) == (0, 1, 0)
        await queue.acknowledge(current)
        assert await counts(queue) == (0, 0, 0)


async def test_an_acknowledged_message_is_gone(brokers: Brokers) -> None:
    """Even when its lease would have run out."""
    async with brokers(lease_s=0.05) as queue:
        await publish(queue, "m")
        await queue.acknowledge(await taken(queue))
        assert await queue.receive(ORDER_QUEUE, 0.2) is None
        assert await counts(queue) == (0, 0, 0)


async def test_a_message_handed_back_waits_for_its_time(queue: Broker) -> None:
    """It does not come before the delay is over, and others do."""
    await publish(queue, "early", "next")
    delivery, handed_back_at = await taken(queue), time.monotonic()
    await queue.retry_later(delivery, 0.6)
    assert await taken_ids(queue) == ["next"]
    assert await counts(queue) == (1, 1, 0)
    again = await came(queue)
    assert time.monotonic() - handed_back_at > 0.59
    assert (again.message.id, again.attempt) == ("early", 2)


async def test_a_long_wait_does_not_hold_up_a_short_one(queue: Broker) -> None:
    """Of messages that wait, the one whose time comes first comes first."""
    await publish(queue, "hour", "minute", "moment")
    for delay_s in (3600.0, 60.0, 0.2):
        await queue.retry_later(await taken(queue), delay_s)
    assert (await came(queue)).message.id == "moment"
    assert await counts(queue) == (2, 1, 0)


async def test_handing_back_without_counting_forgets_the_attempt(queue: Broker) -> None:
    """However often it has to wait, and however it does."""
    await publish(queue, "m")
    for delay_s in (0.0, 0.02, 0.0):
        delivery = await came(queue)
        assert delivery.attempt == 1
        await queue.retry_later(delivery, delay_s, count=False)
    delivery = await came(queue)
    await queue.retry_later(delivery, 0.0)
    assert (await came(queue)).attempt == 2


async def test_a_dead_letter_is_kept_with_its_reason(queue: Broker) -> None:
    """It leaves the queue, and a person can read all of it."""
    before = time.time()
    await queue.publish(message("m", order_id="o"))
    await queue.dead_letter(await taken(queue), "ValueError: no such thing")
    assert await counts(queue) == (0, 0, 1)
    assert (await queue.depth(ORDER_QUEUE)).oldest_age_s == 0.0
    [letter] = await queue.desk().dead_letters(ORDER_QUEUE, 10)
    assert (letter.id, letter.queue, letter.topic) == ("m", ORDER_QUEUE, "order.placed")
    assert (letter.body, letter.deliveries, letter.reason) == ('{"order_id":"o"}', 1, "ValueError: no such thing")
    assert before - 0.001 < letter.dead_at < time.time() + 0.001


@pytest.mark.parametrize("body", ["{", "[1]", ""])
async def test_a_body_that_cannot_be_read_is_still_delivered(queue: Broker, body: str) -> None:
    """As an empty one: its handler refuses it, and it does not stop the queue."""
    await queue.desk().put(Letter("m", ORDER_QUEUE, "order.placed", body, {}))
    await publish(queue, "next")
    delivery = await taken(queue)
    assert delivery.message.body == {}
    assert (await taken(queue)).message.id == "next"
    await queue.retry_later(delivery, 0.0)
    await queue.dead_letter(await taken(queue), "unreadable")
    assert [letter.body for letter in await queue.desk().dead_letters(ORDER_QUEUE, 1)] == [body]


async def test_depth_tells_waiting_from_held(brokers: Brokers) -> None:
    """A lease that is over is waiting again; the age is that of the oldest message of all."""
    async with brokers(lease_s=0.3) as queue, brokers() as other:
        assert await counts(queue) == (0, 0, 0)
        await publish(queue, "a", "b", "c")
        await taken(queue)
        depth = await queue.depth(ORDER_QUEUE)
        assert (depth.ready, depth.leased) == (2, 1)
        assert 0 < depth.oldest_age_s < 60

        async def is_back() -> bool:
            return await counts(other) == (3, 0, 0)

        await poll_until_async(is_back, "the lease to run out")


async def test_the_age_is_that_of_the_first_publication(queue: Broker) -> None:
    """A message that has to wait again and again is as old as it is; one that is done is forgotten."""
    await publish(queue, "old")
    published_at = time.time()
    for _ in range(3):
        await asyncio.sleep(0.1)
        delivery = await came(queue)
        retried_at = time.time()
        await queue.retry_later(delivery, 0.1)
    asked_at = time.time()
    assert (await queue.depth(ORDER_QUEUE)).oldest_age_s >= asked_at - published_at
    await queue.acknowledge(await came(queue))
    await publish(queue, "new")
    assert (await queue.depth(ORDER_QUEUE)).oldest_age_s <= time.time() - retried_at


async def test_a_wait_ends_when_a_message_comes(brokers: Brokers) -> None:
    """Not an hour later; from another process too."""
    async with brokers() as waiting, brokers() as publishing:
        receiving = asyncio.create_task(waiting.receive(ORDER_QUEUE, 3600.0))
        assert await publishing.depth(ORDER_QUEUE)
        await asyncio.sleep(0.2)
        await publish(publishing, "m")
        async with asyncio.timeout(30):
            assert await receiving is not None


async def test_consumers_in_one_process_share_the_work(queue: Broker) -> None:
    """Eight at once take a hundred messages, each exactly once."""
    await publish(queue, *(str(number) for number in range(100)))
    shares = await asyncio.gather(*(taken_ids(queue) for _ in range(8)))
    assert Counter(ids for share in shares for ids in share) == Counter(str(number) for number in range(100))


async def test_processes_share_one_broker(brokers: Brokers) -> None:
    """Three publish and three consume at the same time, on one that is still bare: everything arrives, once."""
    publishers = [await brokers.process("publish", f"p{number}", "60") for number in range(3)]
    consumers = [await brokers.process("consume", f"c{number}", "0") for number in range(3)]
    ended = await asyncio.gather(*(process.communicate() for process in (*publishers, *consumers)))
    assert [errors.decode() for _, errors in ended] == [""] * 6
    ids = [line for output, _ in ended for line in output.decode().splitlines() if line[0] == "p"]
    ids += await _left(brokers)
    assert Counter(ids) == Counter(f"p{number}-{index}" for number in range(3) for index in range(60))


async def _left(brokers: Brokers) -> list[str]:
    # A publisher that was slow to start may have come after the last consumer had gone.
    async with brokers() as queue:
        return await taken_ids(queue)


def test_an_unknown_broker_is_refused_with_advice() -> None:
    """The message says what to use."""
    with pytest.raises(ValueError, match=r"sqlite.*amqp"):
        open_broker("carrier-pigeon://roof", telemetry())


def test_only_the_chosen_broker_is_loaded() -> None:
    """Whoever uses the SQLite queue does not carry the driver of the other one."""
    program = (
        "import sys\nfrom services.order.app import create_app\nfrom services.worker.app import create_app\n"
        "from services.chassis.broker import open_broker\nfrom tests.support.telemetry import telemetry\n"
        "open_broker('sqlite+aiosqlite:////tmp/b.db', telemetry())\n"
        "assert not {'aio_pika', 'aiormq', 'pamqp'} & set(sys.modules)\n"
        "open_broker('amqp://somewhere/', telemetry())\nassert 'aio_pika' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, env={"PYTHONPATH": str(ROOT)})
