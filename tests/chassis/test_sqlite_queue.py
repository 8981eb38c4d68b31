"""What is the SQLite queue's own: one row a message, and a lease that is a time in a file."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from services.chassis.broker import ORDER_QUEUE, QueueDepth
from tests.support.broker import let_leases_expire, let_time_pass, message, publish, queue_in, taken, taken_ids
from tests.support.polling import poll_until_async


async def test_publishing_again_what_still_waits_changes_nothing(tmp_path: Path) -> None:
    """A publisher that died before it knew may repeat itself."""
    async with queue_in(tmp_path) as queue:
        await publish(queue, "m", "m")
        assert await taken_ids(queue) == ["m"]


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
