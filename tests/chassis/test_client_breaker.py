"""Calls to a neighbour that does not answer stop being made."""

import asyncio

import httpx
import pytest

from services.chassis.breaker import BreakerOpen
from services.chassis.client import Neighbour
from services.chassis.errors import (
    NeighbourTimedOut,
    NeighbourUnavailable,
)
from tests.support.neighbours import neighbour
from tests.support.polling import poll_until_async
from tests.support.scripted import Scripted, never, says

OK = says(200, {"fine": True})
DOWN = says(503, {})


async def rested(peer: Neighbour) -> None:
    """Wait until an open breaker would let one call try."""

    async def is_willing() -> bool:
        return not peer.breaker.is_refusing()

    await poll_until_async(is_willing, "the breaker to let one call try", every_s=0.005)


async def arrived(script: Scripted, count: int) -> None:
    """Wait until the neighbour has got `count` requests."""

    async def there() -> bool:
        return len(script.requests) >= count

    await poll_until_async(there, f"{count} requests to arrive", every_s=0.005)


async def test_timeouts_open_the_breaker_and_then_nothing_is_sent() -> None:
    """An open breaker refuses without asking, and that is not tried again."""
    script = Scripted(never)
    async with neighbour(script, timeout_s=0.2, attempts=3, breaker_failures=3, breaker_reset_s=3600) as peer:
        with pytest.raises(NeighbourTimedOut):
            await peer.get("/")
        with pytest.raises(BreakerOpen):
            await peer.get("/")
    assert len(script.requests) == 3


async def test_of_a_hundred_simultaneous_calls_one_tries_whether_it_is_back() -> None:
    """The ninety-nine others are refused, and when the one succeeds all go through again."""
    refused = asyncio.Event()

    async def answer_at_last(request: httpx.Request) -> httpx.Response:
        await refused.wait()
        return await OK(request)

    script = Scripted(DOWN, answer_at_last)
    async with neighbour(script, attempts=1, slots=100, breaker_failures=1, breaker_reset_s=0.01) as peer:
        with pytest.raises(NeighbourUnavailable):
            await peer.get("/")
        await rested(peer)
        calls = [asyncio.create_task(peer.get("/")) for _ in range(100)]

        async def all_but_one() -> bool:
            return sum(call.done() for call in calls) == 99

        await poll_until_async(all_but_one, "ninety-nine answers", every_s=0.005)
        refused.set()
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(result) for result in results].count(BreakerOpen) == 99
        assert await asyncio.gather(*(peer.get("/") for _ in range(100))) == [{"fine": True}] * 100


async def test_an_open_breaker_refuses_without_waiting_for_a_slot() -> None:
    """Calls that hang on to all slots do not slow down those that are refused anyway."""
    script = Scripted(DOWN, never)
    async with neighbour(script, attempts=1, slots=1, breaker_failures=1, breaker_reset_s=0.01) as peer:
        with pytest.raises(NeighbourUnavailable):
            await peer.get("/")
        await rested(peer)
        trial = asyncio.create_task(peer.get("/"))
        await arrived(script, 2)
        with pytest.raises(BreakerOpen):
            await peer.get("/")
        assert not trial.done()
        trial.cancel()
        await asyncio.gather(trial, return_exceptions=True)


async def test_a_cancelled_trial_does_not_block_the_next_one() -> None:
    """Its caller went away; the breaker asks somebody else."""
    script = Scripted(DOWN, never, OK)
    async with neighbour(script, attempts=1, breaker_failures=1, breaker_reset_s=0.01) as peer:
        with pytest.raises(NeighbourUnavailable):
            await peer.get("/")
        await rested(peer)
        trial = asyncio.create_task(peer.get("/"))
        await arrived(script, 2)
        trial.cancel()
        await asyncio.gather(trial, return_exceptions=True)
        assert await peer.get("/") == {"fine": True}
