"""A consumer that is paused and adjusted while it works."""

import asyncio

import pytest

from services.chassis.broker import ORDER_QUEUE, Broker, Delivery
from services.chassis.consumer import Consumer
from tests.support.broker import publish
from tests.support.consuming import emptied
from tests.support.polling import poll_until_async
from tests.support.telemetry import telemetry


class Handling:
    """A handler whose messages are done when the test says so."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.may_end = asyncio.Event()

    async def __call__(self, delivery: Delivery) -> None:
        """Wait for the test."""
        self.begun.append(delivery.message.id)
        await self.may_end.wait()


async def test_a_paused_consumer_finishes_what_it_has_begun_and_begins_nothing(
    queue: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And goes on when it is let."""
    monkeypatch.setattr("services.chassis.consumer.WAIT_S", 0.02)
    handling = Handling()
    async with Consumer(queue, ORDER_QUEUE, handling, telemetry()) as consumer:

        async def is_handling() -> bool:
            return bool(handling.begun)

        async def is_idle() -> bool:
            return consumer.under_way == 0

        await publish(queue, "a")
        await poll_until_async(is_handling, "the first message")
        consumer.pause()
        assert consumer.under_way >= 1
        handling.may_end.set()
        await poll_until_async(is_idle, "the consumer to be idle")
        await publish(queue, "b")
        assert (await queue.depth(ORDER_QUEUE)).ready == 1
        assert handling.begun == ["a"]
        consumer.resume()
        await emptied(queue)
        assert handling.begun == ["a", "b"]


async def test_a_paused_consumer_can_be_stopped(queue: Broker) -> None:
    """It does not wait to be resumed."""
    async with (
        asyncio.timeout(30),
        Consumer(queue, ORDER_QUEUE, Handling(), telemetry()) as consumer,
    ):
        consumer.pause()


async def test_more_messages_are_handled_at_once_from_the_moment_it_is_said(queue: Broker) -> None:
    """Those that wait come in."""
    handling = Handling()
    async with (
        Consumer(queue, ORDER_QUEUE, handling, telemetry(), concurrency=1) as consumer,
    ):

        async def has_begun(number: int) -> bool:
            return len(handling.begun) == number

        await publish(queue, "a", "b", "c")
        await poll_until_async(lambda: has_begun(1), "the first")
        consumer.adjust(concurrency=3)
        await poll_until_async(lambda: has_begun(3), "all three")
        handling.may_end.set()
        await emptied(queue)
