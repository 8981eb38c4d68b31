"""A consumer that stops finishes what it is at, or hands it back."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.chassis.broker import ORDER_QUEUE, Broker, Delivery
from tests.support.broker import message
from tests.support.brokers import Between, Brokers
from tests.support.consuming import consuming


async def stopped_while(queue: Broker, work: Callable[[], Awaitable[None]]) -> asyncio.Event:
    """Stop a consumer while its handler does `work`; the event tells that the work was finished."""
    started, finished = asyncio.Event(), asyncio.Event()

    async def handle(_: Delivery) -> None:
        started.set()
        await work()
        finished.set()

    await queue.publish(message("m"))
    async with consuming(queue, handle):
        await asyncio.wait_for(started.wait(), 60)
    return finished


async def test_stopping_lets_work_under_way_finish(queue: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """And acknowledges it."""
    monkeypatch.setattr("services.chassis.consumer.STOP_S", 3600.0)
    finished = await stopped_while(queue, lambda: asyncio.sleep(0.2))  # slow work
    assert finished.is_set()
    depth = await queue.depth(ORDER_QUEUE)
    assert depth.ready + depth.leased == 0


async def test_stopping_hands_back_work_that_takes_too_long(queue: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next consumer gets it at once instead of after the lease, and without an attempt lost."""
    monkeypatch.setattr("services.chassis.consumer.STOP_S", 0.05)
    finished = await stopped_while(queue, lambda: asyncio.sleep(3600))  # work that hangs
    assert not finished.is_set()
    again = await queue.receive(ORDER_QUEUE, 0.0)
    assert again is not None
    assert again.attempt == 1


async def test_an_idle_consumer_stops(brokers: Brokers) -> None:
    """It does not wait for a message to come."""
    looking = asyncio.Event()

    class SaysWhenItIsAsked(Between):
        async def receive(self, queue: str, wait_s: float) -> Delivery | None:
            looking.set()
            return await super().receive(queue, wait_s)

    async with SaysWhenItIsAsked(brokers()) as broker, consuming(broker, _nothing):
        await asyncio.wait_for(looking.wait(), 60)


async def _nothing(_: Delivery) -> None:
    pass
