"""Dead letters and single messages under the hand of a person."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from services.chassis import problems
from services.chassis.broker import ORDER_QUEUE, Broker, Message
from services.chassis.desk_routes import desk_router
from tests.support.broker import publish, taken, taken_ids
from tests.support.polling import poll_until_async

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
async def desk(queue: Broker) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the routes."""
    app = FastAPI()
    problems.install(app)
    app.include_router(desk_router(queue, ORDER_QUEUE))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        yield client


async def _dead(queue: Broker, name: str) -> None:
    headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    await queue.publish(Message(name, "order.placed", {"n": 1}, headers))
    await queue.dead_letter(await taken(queue), "ValueError: no")


async def _ids(desk: httpx.AsyncClient) -> list[str]:
    return [one["id"] for one in (await desk.get("/dead-letters")).json()["dead_letters"]]


async def test_a_dead_letter_is_shown_with_all_that_is_known(queue: Broker, desk: httpx.AsyncClient) -> None:
    """Body, headers, reason, and the trace that it belongs to."""
    await _dead(queue, "m")
    letter = (await desk.get("/dead-letters/m")).json()
    assert (letter["body"], letter["reason"], letter["deliveries"]) == ({"n": 1}, "ValueError: no", 1)
    assert letter["trace_id"] == TRACE
    assert await _ids(desk) == ["m"]


async def test_a_replayed_letter_is_delivered_as_if_new(queue: Broker, desk: httpx.AsyncClient) -> None:
    """With its headers, and all its attempts before it."""
    await _dead(queue, "m")
    assert (await desk.post("/dead-letters/m/replay")).status_code == 200
    delivery = await taken(queue)
    assert (delivery.message.id, delivery.attempt, delivery.message.body) == ("m", 1, {"n": 1})
    assert delivery.message.headers["traceparent"].split("-")[1] == TRACE
    assert await _ids(desk) == []
    assert (await desk.post("/dead-letters/m/replay")).status_code == 404


async def test_a_discarded_letter_can_be_put_aside_again(queue: Broker, desk: httpx.AsyncClient) -> None:
    """The answer to the first is all that the second needs."""
    await _dead(queue, "m")
    before = (await desk.get("/dead-letters/m")).json()
    gone = (await desk.delete("/dead-letters/m")).json()
    assert await _ids(desk) == []
    assert (await desk.post("/dead-letters", json=gone)).status_code == 200
    assert (await desk.get("/dead-letters/m")).json() == before


async def test_what_was_replayed_and_waits_can_be_put_aside_again(queue: Broker, desk: httpx.AsyncClient) -> None:
    """Then nobody gets it."""
    await _dead(queue, "m")
    letter = (await desk.post("/dead-letters/m/replay")).json()
    assert (await desk.delete("/messages/m")).json() == {"found": True}
    await desk.post("/dead-letters", json=letter)
    assert await _ids(desk) == ["m"]
    assert await taken_ids(queue) == []


async def test_a_published_message_may_be_one_that_nobody_understands(queue: Broker, desk: httpx.AsyncClient) -> None:
    """A text is stored as it stands; it is shown as it stands when it was put aside."""
    message = {"queue": ORDER_QUEUE, "topic": "order.placed", "body": "{half", "headers": {"a": "b"}}
    number = (await desk.post("/messages", json=message)).json()["id"]
    delivery = await taken(queue)
    assert (delivery.message.id, delivery.message.body, delivery.message.headers) == (number, {}, {"a": "b"})
    await queue.dead_letter(delivery, "why")
    assert (await desk.get(f"/dead-letters/{number}")).json()["body"] == "{half"


async def test_a_message_with_a_consumer_is_not_withdrawn(queue: Broker, desk: httpx.AsyncClient) -> None:
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


async def test_dead_letters_are_listed_latest_first(queue: Broker, desk: httpx.AsyncClient) -> None:
    """As many as are asked for; looking does not change anything."""
    for name in ("a", "b", "c"):
        await _dead(queue, name)
    for _ in range(2):
        assert await _ids(desk) == ["c", "b", "a"]
    assert [one["id"] for one in (await desk.get("/dead-letters?limit=2")).json()["dead_letters"]] == ["c", "b"]
    await desk.delete("/dead-letters/b")
    assert await _ids(desk) == ["c", "a"]


async def test_taking_one_message_away_leaves_the_others_as_they_are(queue: Broker, desk: httpx.AsyncClient) -> None:
    """Their order, their attempts and their headers; those that wait for their time go on waiting."""
    await publish(queue, "later", "a", "away", "b")
    await queue.retry_later(await taken(queue), 3.0)
    assert (await desk.delete("/messages/away")).json() == {"found": True}
    assert (await desk.delete("/messages/away")).json() == {"found": False}
    deliveries = [await taken(queue), await taken(queue), await queue.receive(ORDER_QUEUE, 30.0)]
    assert [(one.message.id, one.attempt) for one in deliveries if one] == [("a", 1), ("b", 1), ("later", 2)]


async def test_a_crowd_keeps_its_order_around_the_one_that_is_taken_away(
    queue: Broker, desk: httpx.AsyncClient
) -> None:
    """More than are put back at once; none has been delivered in vain."""
    await publish(queue, *(f"{number}" for number in range(250)))
    assert (await desk.delete("/messages/120")).json() == {"found": True}
    deliveries = [await taken(queue) for _ in range(249)]
    assert [one.message.id for one in deliveries] == [f"{number}" for number in range(250) if number != 120]
    assert {one.attempt for one in deliveries} == {1}


async def test_a_message_that_waits_for_its_time_is_withdrawn(queue: Broker, desk: httpx.AsyncClient) -> None:
    """It has no consumer."""
    await publish(queue, "m")
    await queue.retry_later(await taken(queue), 60.0)
    assert (await desk.delete("/messages/m")).json() == {"found": True}

    async def is_gone() -> bool:
        return (await queue.depth(ORDER_QUEUE)).ready == 0

    await poll_until_async(is_gone, "the queue to be empty")
