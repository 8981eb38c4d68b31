"""The queue hands every message to one consumer at a time until it is dealt with."""

import asyncio
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from services.chassis.broker import ORDER_CANCELLED, ORDER_QUEUE, Message, QueueDepth, open_broker
from tests.support.broker import let_leases_expire, let_time_pass, message, publish, queue_in, taken, taken_ids
from tests.support.polling import poll_until_async
from tests.support.telemetry import telemetry


async def test_what_was_published_arrives_in_order_and_whole(tmp_path: Path) -> None:
    """Body, headers, topic and id are those that were sent."""
    async with queue_in(tmp_path) as queue:
        await publish(queue, "first", "second")
        sent = Message("third", ORDER_CANCELLED, {"lines": [{"quantity": 2}], "name": "Käse"}, {"traceparent": "00-x"})
        await queue.publish(sent)
        assert [(await taken(queue)).message.id for _ in range(2)] == ["first", "second"]
        assert (await taken(queue)).message == sent


async def test_a_message_outlives_the_process_that_published_it(tmp_path: Path) -> None:
    """It is on disk when `publish` returns."""
    async with queue_in(tmp_path) as queue:
        await publish(queue, "m")
    async with queue_in(tmp_path) as queue:
        assert (await taken(queue)).message.id == "m"


async def test_publishing_again_what_still_waits_changes_nothing(tmp_path: Path) -> None:
    """A publisher that died before it knew may repeat itself."""
    async with queue_in(tmp_path) as queue:
        await publish(queue, "m", "m")
        assert await taken_ids(queue) == ["m"]


async def test_nobody_else_gets_a_message_that_is_being_handled(tmp_path: Path) -> None:
    """Two consumers never hold one message."""
    async with queue_in(tmp_path) as mine, queue_in(tmp_path) as yours:
        await publish(mine, "m")
        await taken(mine)
        assert await yours.receive(ORDER_QUEUE, 0.05) is None


async def test_a_message_comes_again_when_its_consumer_dies(tmp_path: Path) -> None:
    """After its lease, to anybody, and counted as another attempt."""
    async with queue_in(tmp_path, lease_s=0.05) as dead, queue_in(tmp_path) as alive:
        await publish(dead, "m")
        assert (await taken(dead)).attempt == 1
        again = await alive.receive(ORDER_QUEUE, 60.0)
        assert again is not None
        assert (again.message.id, again.attempt) == ("m", 2)


async def test_a_consumer_that_was_too_slow_no_longer_decides(tmp_path: Path) -> None:
    """Its acknowledgement, its handing back and its giving up do not touch the delivery that came after."""
    async with queue_in(tmp_path) as queue:
        await publish(queue, "m")
        late = await taken(queue)
        let_leases_expire(tmp_path)
        current = await taken(queue)
        await queue.acknowledge(late)
        await queue.retry_later(late, 0.0)
        await queue.dead_letter(late, "too late")
        assert await queue.receive(ORDER_QUEUE, 0.0) is None
        depth = await queue.depth(ORDER_QUEUE)
        assert (depth.leased, depth.dead) == (1, 0)
        await queue.acknowledge(current)
        assert (await queue.depth(ORDER_QUEUE)).leased == 0


async def test_an_acknowledged_message_is_gone(tmp_path: Path) -> None:
    """Even after every lease has run out."""
    async with queue_in(tmp_path) as queue:
        await publish(queue, "m")
        await queue.acknowledge(await taken(queue))
        let_leases_expire(tmp_path)
        assert await taken_ids(queue) == []


async def test_a_message_handed_back_waits_for_its_time(tmp_path: Path) -> None:
    """It does not come before the delay is over, and others do."""
    async with queue_in(tmp_path, lease_s=86_400.0) as queue:
        await publish(queue, "early", "next")
        await queue.retry_later(await taken(queue), 3600.0)
        assert await taken_ids(queue) == ["next"]
        let_time_pass(tmp_path, 1800.0)
        assert await taken_ids(queue) == []
        let_time_pass(tmp_path, 1800.0)
        again = await taken(queue)
        assert (again.message.id, again.attempt) == ("early", 2)


async def test_handing_back_without_counting_forgets_the_attempt(tmp_path: Path) -> None:
    """However often it has to wait."""
    async with queue_in(tmp_path) as queue:
        await publish(queue, "m")
        for _ in range(3):
            delivery = await taken(queue)
            assert delivery.attempt == 1
            await queue.retry_later(delivery, 0.0, count=False)


async def test_a_dead_letter_is_kept_with_its_reason(tmp_path: Path) -> None:
    """It leaves the queue, and a person can read all of it."""
    async with queue_in(tmp_path) as queue:
        await queue.publish(message("m", order_id="o"))
        await queue.dead_letter(await taken(queue), "ValueError: no such thing")
        assert await queue.depth(ORDER_QUEUE) == QueueDepth(ready=0, leased=0, dead=1, oldest_age_s=0.0)
    with closing(sqlite3.connect(tmp_path / "broker.db")) as file:
        kept = file.execute("SELECT id, body, deliveries, reason FROM dead_letters").fetchall()
    assert kept == [("m", '{"order_id":"o"}', 1, "ValueError: no such thing")]


@pytest.mark.parametrize("body", ["{", "[1]", ""])
async def test_a_body_that_cannot_be_read_is_still_delivered(tmp_path: Path, body: str) -> None:
    """As an empty one: its handler refuses it, and it does not stop the queue."""
    async with queue_in(tmp_path) as queue:
        await publish(queue, "m", "next")
        with closing(sqlite3.connect(tmp_path / "broker.db")) as file, file:
            file.execute("UPDATE messages SET body = ? WHERE id = 'm'", [body])
        assert (await taken(queue)).message.body == {}
        assert (await taken(queue)).message.id == "next"


async def test_depth_tells_waiting_from_held(tmp_path: Path) -> None:
    """And an expired lease is waiting again; the age is that of the oldest message of all."""
    async with queue_in(tmp_path) as queue:
        assert await queue.depth(ORDER_QUEUE) == QueueDepth(ready=0, leased=0, dead=0, oldest_age_s=0.0)
        await publish(queue, "a", "b", "c")
        await taken(queue)
        depth = await queue.depth(ORDER_QUEUE)
        assert (depth.ready, depth.leased) == (2, 1)
        assert 0 < depth.oldest_age_s < 60
        let_leases_expire(tmp_path)
        assert (await queue.depth(ORDER_QUEUE)).ready == 3


async def test_waiting_for_a_message_ends_when_one_comes(tmp_path: Path) -> None:
    """Long before the wait is over, an hour later; from another process too."""
    async with queue_in(tmp_path) as waiting, queue_in(tmp_path) as publishing:
        looks: list[str] = []
        engine = waiting._database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *about: looks.append(about[2]))
        receiving = asyncio.create_task(waiting.receive(ORDER_QUEUE, 3600.0))

        async def waits() -> bool:
            return len(looks) > 3

        await poll_until_async(waits, "some looks at an empty queue")
        await publish(publishing, "m")

        async def received() -> bool:
            return receiving.done()

        await poll_until_async(received, "the message")
        assert await receiving is not None


async def test_consumers_in_one_process_share_the_work(tmp_path: Path) -> None:
    """Eight at once take a hundred messages, each exactly once."""
    async with queue_in(tmp_path) as queue:
        await publish(queue, *(str(number) for number in range(100)))
        shares = await asyncio.gather(*(taken_ids(queue) for _ in range(8)))
    assert Counter(ids for share in shares for ids in share) == Counter(str(number) for number in range(100))


async def test_processes_share_one_file(tmp_path: Path) -> None:
    """Three publish and three consume at the same time, starting on no file at all: everything arrives, once."""
    publishers = [await _process(tmp_path, "publish", f"p{number}", "60") for number in range(3)]
    consumers = [await _process(tmp_path, "consume", f"c{number}", "0") for number in range(3)]
    ended = await asyncio.gather(*(process.communicate() for process in (*publishers, *consumers)))
    assert [errors.decode() for _, errors in ended] == [""] * 6
    ids = [line for output, _ in ended for line in output.decode().splitlines() if line[0] == "p"]
    assert Counter(ids) == Counter(f"p{number}-{index}" for number in range(3) for index in range(60))


async def _process(folder: Path, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.queue_process",
        str(folder),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )


def test_an_unknown_broker_is_refused_with_advice() -> None:
    """The message says what to use."""
    with pytest.raises(ValueError, match="sqlite"):
        open_broker("carrier-pigeon://roof", telemetry())
