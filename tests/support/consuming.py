"""A consumer with little patience."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from observability.wiring import Telemetry
from services.chassis.broker import ORDER_QUEUE, Broker
from services.chassis.consumer import Consumer, Handler
from tests.support.polling import poll_until_async
from tests.support.telemetry import telemetry


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

    async def empty() -> bool:
        depth = await queue.depth(ORDER_QUEUE)
        return depth.ready + depth.leased == 0

    await poll_until_async(empty, "the queue to be empty")
