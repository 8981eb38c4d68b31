"""Hangs up itself when its time, or that of whoever asks, is over."""

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut
from services.payment.clients import Json

LONGEST_S = 0.35


async def wait_for_answer(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Call, and hang up in time."""
    try:
        async with asyncio.timeout(deadline.bounded_s(LONGEST_S)):
            return await call(neighbour.patient(60.0))
    except TimeoutError:
        raise NeighbourTimedOut(neighbour.peer, "it took too long") from None
