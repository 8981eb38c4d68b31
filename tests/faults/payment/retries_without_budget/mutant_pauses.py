"""Pauses before it asks again, longer each time, and asks as often as before."""

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourUnavailable
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]


async def tried(neighbour: Neighbour, call: Call) -> Json:
    """Return what `call` to `neighbour` brings.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    for attempt in (1, 2):
        try:
            return await call(neighbour.once(attempt, guarded=False))
        except NeighbourUnavailable:
            await asyncio.sleep(0.015 * attempt)
    return await call(neighbour.once(3, guarded=False))
