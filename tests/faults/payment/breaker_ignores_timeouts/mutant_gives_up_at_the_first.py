"""Takes the first silence for an outage, and calls nobody for a while, whoever they are."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut, NeighbourUnavailable
from services.payment.clients import Json

WITHIN_S = 0.4
PAUSE_S = 2.0


class _Silence:
    until = 0.0


async def answer_in_time(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Ask, unless somebody has met silence lately."""
    if time.monotonic() < _Silence.until:
        raise NeighbourUnavailable(neighbour.peer, "it has been silent lately")
    try:
        async with asyncio.timeout(WITHIN_S):
            return await call(neighbour)
    except TimeoutError:
        _Silence.until = time.monotonic() + PAUSE_S
        raise NeighbourTimedOut(neighbour.peer, f"no answer within {WITHIN_S} s") from None
