"""Counts silence, and stops calling for good when there has been too much of it."""

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut, NeighbourUnavailable
from services.payment.clients import Json

WITHIN_S = 0.4
TOO_MANY = 5


class _Silence:
    in_a_row = 0


async def answer_in_time(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Ask, until that has been in vain too often."""
    if _Silence.in_a_row >= TOO_MANY:
        raise NeighbourUnavailable(neighbour.peer, "it has been silent for too long")
    try:
        async with asyncio.timeout(WITHIN_S):
            answer = await call(neighbour)
    except TimeoutError:
        _Silence.in_a_row += 1
        raise NeighbourTimedOut(neighbour.peer, f"no answer within {WITHIN_S} s") from None
    _Silence.in_a_row = 0
    return answer
