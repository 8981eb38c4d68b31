"""Counts silence itself, and asks one caller at a time to try while there is too much of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut, NeighbourUnavailable
from services.payment.clients import Json

WITHIN_S = 0.4
TOO_MANY = 5
PAUSE_S = 0.5


class _Silence:
    in_a_row = 0
    again_at = 0.0


async def answer_in_time(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Ask, unless that has been in vain too often."""
    if _Silence.in_a_row >= TOO_MANY:
        if time.monotonic() < _Silence.again_at:
            raise NeighbourUnavailable(neighbour.peer, "it has been silent for too long")
        _Silence.again_at = time.monotonic() + PAUSE_S
    try:
        async with asyncio.timeout(WITHIN_S):
            answer = await call(neighbour)
    except TimeoutError:
        _Silence.in_a_row += 1
        _Silence.again_at = time.monotonic() + PAUSE_S
        raise NeighbourTimedOut(neighbour.peer, f"no answer within {WITHIN_S} s") from None
    _Silence.in_a_row = 0
    return answer
