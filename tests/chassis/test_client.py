"""Calls to a neighbour are bounded in time and number, and tell what went wrong."""

import asyncio

import httpx
import pytest

from observability.wiring import vocabulary
from services.chassis import deadline
from services.chassis.breaker import State
from services.chassis.errors import (
    Busy,
    DeadlineExceeded,
    NeighbourRefused,
    NeighbourTimedOut,
    NeighbourUnavailable,
)
from tests.support.neighbours import neighbour
from tests.support.polling import poll_until_async
from tests.support.scripted import Scripted, never, says
from tests.support.telemetry import telemetry, value

OK = says(200, {"fine": True})
DOWN = says(503, {})


async def test_an_answer_is_parsed_json() -> None:
    """Method, path, query and body arrive; the object comes back."""
    script = Scripted(OK)
    async with neighbour(script, base_url="http://peer:81/prefix/") as peer:
        assert await peer.get("/things", {"limit": 5, "q": "a b"}) == {"fine": True}
        await peer.put("/things/1", {"n": 1})
        await peer.post("/things", {"n": 2}, headers={"Idempotency-Key": "k"})

    get, put, post = script.requests
    assert str(get.url) == "http://peer:81/prefix/things?limit=5&q=a+b"
    assert (put.method, put.content, put.headers["content-type"]) == ("PUT", b'{"n":1}', "application/json")
    assert (post.headers["idempotency-key"], "content-type" in get.headers) == ("k", False)


async def test_a_refusal_is_an_answer() -> None:
    """A 4xx is not tried again, does not count against the neighbour, and its problem is passed on in full."""
    problem = {"type": "urn:problem:out-of-stock", "detail": "None left.", "shortages": [1]}
    script = Scripted(says(409, problem))
    async with neighbour(script, breaker_failures=1) as peer:
        with pytest.raises(NeighbourRefused) as raised:
            await peer.get("/")
        assert peer.breaker.state is State.CLOSED
    assert len(script.requests) == 1
    assert (raised.value.peer_status, raised.value.peer_code) == (409, "out-of-stock")
    assert raised.value.problem == problem


async def test_with_no_time_left_nothing_is_sent() -> None:
    """The neighbour is not bothered, and not blamed."""
    script = Scripted(OK)
    async with neighbour(script, breaker_failures=1) as peer:
        with deadline.within(0), pytest.raises(DeadlineExceeded):
            await peer.get("/")
        assert peer.breaker.state is State.CLOSED
    assert not script.requests


async def test_the_deadline_travels_and_shrinks_from_attempt_to_attempt() -> None:
    """Each attempt says how much of the caller's time is left, and no attempt gets more than its own timeout."""
    script = Scripted(DOWN)
    async with neighbour(script, timeout_s=20.0) as peer:
        with deadline.within(10.0), pytest.raises(NeighbourUnavailable):
            await peer.get("/")
        with deadline.within(60.0), pytest.raises(NeighbourUnavailable):
            await peer.get("/")
    budgets = [int(request.headers[deadline.HEADER]) for request in script.requests]
    assert 10_000 >= budgets[0] > budgets[1] > budgets[2] > 5_000
    assert budgets[3:] == [20_000] * 3


async def test_one_attempt_takes_no_longer_than_its_timeout() -> None:
    """A neighbour that never answers costs no more than the timeout, and no slot afterwards."""
    script, seen = Scripted(never), telemetry()
    async with neighbour(script, seen, timeout_s=0.05, attempts=1) as peer:
        with pytest.raises(NeighbourTimedOut):
            await peer.get("/")
    assert value(seen, vocabulary.BULKHEAD_IN_USE, "peer") == 0
    assert value(seen, vocabulary.HTTP_CLIENT_IN_FLIGHT, "peer") == 0


async def test_a_caller_that_tries_again_by_itself_has_one_attempt_a_call() -> None:
    """Each call is one attempt, behind the same breaker; telemetry counts all but the first as tried again."""
    script, seen = Scripted(DOWN), telemetry()
    async with neighbour(script, seen, breaker_failures=2) as peer:
        for attempt in (1, 2, 3):
            with pytest.raises(NeighbourUnavailable):
                await peer.once(attempt).get("/")
    assert len(script.requests) == 2
    assert value(seen, vocabulary.HTTP_CLIENT_RETRIES, "peer") == 1


async def test_an_unguarded_attempt_asks_nobody() -> None:
    """Neither breaker nor slots nor the caller's time hold it up; it has its own."""
    script = Scripted(DOWN, DOWN, OK)
    async with neighbour(script, breaker_failures=1) as peer:
        bare = peer.once(timeout_s=30.0, guarded=False)
        for _ in range(2):
            with pytest.raises(NeighbourUnavailable):
                await bare.get("/")
        assert peer.breaker.state is State.CLOSED
        with deadline.within(0):
            assert await bare.get("/") == {"fine": True}
    assert {request.headers[deadline.HEADER] for request in script.requests} == {"30000"}


async def test_a_patient_call_outlasts_limit_and_deadline() -> None:
    """It holds its slot for as long as it waits, and says how long that may be; others are as hurried as before."""
    answered = asyncio.Event()

    async def late(_: httpx.Request) -> httpx.Response:
        await answered.wait()
        return httpx.Response(200, json={"fine": True})

    script, seen = Scripted(late), telemetry()
    async with neighbour(script, seen, timeout_s=0.01) as peer:
        with deadline.within(0.02):
            waiting = asyncio.create_task(peer.patient(60.0).post("/"))
        await asyncio.wait({waiting}, timeout=0.1)
        assert value(seen, vocabulary.BULKHEAD_IN_USE, "peer") == 1
        with pytest.raises(NeighbourTimedOut):
            await peer.post("/", idempotent=False)
        answered.set()
        assert await waiting == {"fine": True}
    assert [request.headers[deadline.HEADER] for request in script.requests] == ["60000", "10"]


async def test_when_all_slots_are_taken_the_call_is_refused_not_retried() -> None:
    """More attempts would only lengthen the queue."""
    script = Scripted(never)

    async def sent() -> bool:
        return len(script.requests) == 1

    async with neighbour(script, slots=1, timeout_s=0.05, attempts=2) as peer:
        peer.limits = peer.limits.model_copy(update={"timeout_s": 60.0})  # for an answer; for a slot it stays
        hanging = asyncio.create_task(peer.get("/"))
        await poll_until_async(sent, "the request that takes the slot")
        with pytest.raises(Busy):
            await peer.get("/")
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
    assert len(script.requests) == 1
