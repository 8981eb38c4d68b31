"""Repeats what is refused, and not what has had no answer in time."""

from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut, NeighbourUnavailable
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]


async def tried(neighbour: Neighbour, call: Call) -> Json:
    """Return what `call` to `neighbour` brings.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    for attempt in (1, 2):
        try:
            return await call(neighbour.once(attempt, timeout_s=deadline.bounded_s(1.0), guarded=False))
        except NeighbourTimedOut:
            raise
        except NeighbourUnavailable:
            continue
    return await call(neighbour.once(3, timeout_s=deadline.bounded_s(1.0), guarded=False))
