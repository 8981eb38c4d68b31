"""Dead letters and single messages under the hand of a person."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.chassis import problems
from services.chassis.broker import ORDER_QUEUE, Message
from services.chassis.desk_routes import desk_router
from services.chassis.sqlite_queue import SqliteQueue
from tests.support.broker import publish, queue_in, taken, taken_ids

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
async def queue(tmp_path: Path) -> AsyncIterator[SqliteQueue]:
    """Return an empty queue."""
    async with queue_in(tmp_path) as queue:
        yield queue


@pytest.fixture
async def desk(queue: SqliteQueue) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the routes."""
    app = FastAPI()
    problems.install(app)
    app.include_router(desk_router(queue, ORDER_QUEUE))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        yield client


async def _dead(queue: SqliteQueue, name: str) -> None:
    headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    await queue.publish(Message(name, "order.placed", {"n": 1}, headers))
    await queue.dead_letter(await taken(queue), "ValueError: no")


async def _ids(desk: httpx.AsyncClient) -> list[str]:
    return [one["id"] for one in (await desk.get("/dead-letters")).json()["dead_letters"]]


async def test_a_dead_letter_is_shown_with_all_that_is_known(queue: SqliteQueue, desk: httpx.AsyncClient) -> None:
    """Body, headers, reason, and the trace that it belongs to."""
    await _dead(queue, "m")
    letter = (await desk.get("/dead-letters/m")).json()
    assert (letter["body"], letter["reason"], letter["deliveries"]) == ({"n": 1}, "ValueError: no", 1)
    assert letter["trace_id"] == TRACE
    assert await _ids(desk) == ["m"]


async def test_a_replayed_letter_is_delivered_as_if_new(queue: SqliteQueue, desk: httpx.AsyncClient) -> None:
    """With its headers, and all its attempts before it."""
    await _dead(queue, "m")
    assert (await desk.post("/dead-letters/m/replay")).status_code == 200
    delivery = await taken(queue)
    assert (delivery.message.id, delivery.attempt, delivery.message.body) == ("m", 1, {"n": 1})
    assert delivery.message.headers["traceparent"].split("-")[1] == TRACE
    assert await _ids(desk) == []
    assert (await desk.post("/dead-letters/m/replay")).status_code == 404


async def test_a_discarded_letter_can_be_put_aside_again(queue: SqliteQueue, desk: httpx.AsyncClient) -> None:
    """The answer to the first is all that the second needs."""
    await _dead(queue, "m")
    before = (await desk.get("/dead-letters/m")).json()
    gone = (await desk.delete("/dead-letters/m")).json()
    assert await _ids(desk) == []
    assert (await desk.post("/dead-letters", json=gone)).status_code == 200
    assert (await desk.get("/dead-letters/m")).json() == before


async def test_what_was_replayed_and_waits_can_be_put_aside_again(queue: SqliteQueue, desk: httpx.AsyncClient) -> None:
    """Then nobody gets it."""
    await _dead(queue, "m")
    letter = (await desk.post("/dead-letters/m/replay")).json()
    assert (await desk.delete("/messages/m")).json() == {"found": True}
    await desk.post("/dead-letters", json=letter)
    assert await _ids(desk) == ["m"]
    assert await taken_ids(queue) == []


async def test_a_published_message_may_be_one_that_nobody_understands(
    queue: SqliteQueue, desk: httpx.AsyncClient
) -> None:
    """A text is stored as it stands; it is shown as it stands when it was put aside."""
    message = {"queue": ORDER_QUEUE, "topic": "order.placed", "body": "{half", "headers": {"a": "b"}}
    number = (await desk.post("/messages", json=message)).json()["id"]
    delivery = await taken(queue)
    assert (delivery.message.id, delivery.message.body, delivery.message.headers) == (number, {}, {"a": "b"})
    await queue.dead_letter(delivery, "why")
    assert (await desk.get(f"/dead-letters/{number}")).json()["body"] == "{half"


async def test_a_message_with_a_consumer_is_not_withdrawn(queue: SqliteQueue, desk: httpx.AsyncClient) -> None:
    """It is being handled; one that waits, or was put aside, is."""
    await publish(queue, "held", "waiting")
    await taken(queue)
    assert (await desk.delete("/messages/held")).json() == {"found": False}
    assert (await desk.delete("/messages/waiting")).json() == {"found": True}
    await _dead(queue, "dead")
    assert (await desk.delete("/messages/dead")).json() == {"found": True}
    assert await _ids(desk) == []


@pytest.mark.parametrize("body", [{"queue": "other", "topic": "t", "body": {}}, {"queue": ORDER_QUEUE}, {}, []])
async def test_what_is_no_message_of_this_queue_is_refused(desk: httpx.AsyncClient, body: object) -> None:
    """422, and nothing is stored."""
    assert (await desk.post("/messages", json=body)).status_code == 422
