"""A consumer with little patience."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from observability.wiring import Telemetry
from services.chassis.broker import ORDER_QUEUE, Broker
from services.chassis.consumer import Consumer, Handler
from tests.support.polling import poll_until_async
from tests.support.telemetry import telemetry

LOOKS = 3


@asynccontextmanager
async def consuming(
    queue: Broker, handler: Handler, metrics: Telemetry | None = None, *, concurrency: int = 4, max_deliveries: int = 3
) -> AsyncIterator[None]:
    """Consume with little patience."""
    async with Consumer(
        queue,
        ORDER_QUEUE,
        handler,
        metrics or telemetry(),
        concurrency=concurrency,
        max_deliveries=max_deliveries,
        backoff_s=0.01,
    ):
        yield


async def emptied(queue: Broker) -> None:
    """Wait until nothing waits and nobody holds anything."""
    seen = 0

    async def empty() -> bool:
        nonlocal seen
        depth = await queue.depth(ORDER_QUEUE)
        # RabbitMQ counts one thing after the other, and a message may move meanwhile.
        seen = seen + 1 if depth.ready + depth.leased == 0 else 0
        return seen == LOOKS

    await poll_until_async(empty, "the queue to be empty")
