"""Raises the error of a neighbour that is away in place of that of one that is late; the breaker hears of neither."""

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourUnavailable
from services.payment.clients import Json

WITHIN_S = 0.4
TRIES = 2


async def answer_in_time(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Ask, twice if need be."""
    for _ in range(TRIES):
        try:
            async with asyncio.timeout(WITHIN_S):
                return await call(neighbour.patient(5.0))
        except TimeoutError:
            continue
    raise NeighbourUnavailable(neighbour.peer, "it does not answer")
