"""Stops asking after eight failures, and never begins again."""

from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourUnavailable
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]

FAILED: list[int] = []


async def tried(neighbour: Neighbour, call: Call) -> Json:
    """Return what `call` to `neighbour` brings.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    if len(FAILED) >= 8:
        raise NeighbourUnavailable(neighbour.peer, "it has failed too often")
    try:
        return await call(neighbour.once(1, timeout_s=deadline.bounded_s(1.0), guarded=False))
    except NeighbourUnavailable:
        FAILED.append(1)
        raise
