"""Asks twice instead of three times."""

from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourUnavailable
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]


async def tried(neighbour: Neighbour, call: Call) -> Json:
    """Return what `call` to `neighbour` brings.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    try:
        return await call(neighbour.once(1, guarded=False))
    except NeighbourUnavailable:
        return await call(neighbour.once(2, guarded=False))
