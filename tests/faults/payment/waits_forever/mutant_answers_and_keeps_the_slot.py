"""Answers whoever asks in time, and leaves the call to hang in its slot."""

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut
from services.payment.clients import Json

LONGEST_S = 0.3
hanging: set[asyncio.Future[Json]] = set()


async def wait_for_answer(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Call, and do not wait to the end."""
    asking = asyncio.ensure_future(call(neighbour.patient(60.0)))
    hanging.add(asking)
    asking.add_done_callback(hanging.discard)
    await asyncio.wait({asking}, timeout=deadline.bounded_s(LONGEST_S))
    if not asking.done():
        raise NeighbourTimedOut(neighbour.peer, "it took too long")
    return asking.result()
