"""Has a budget for repeats, and a new one for each call."""

from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourUnavailable
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]


async def tried(neighbour: Neighbour, call: Call) -> Json:
    """Return what `call` to `neighbour` brings.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    left = 2
    while True:
        try:
            return await call(neighbour.once(1, timeout_s=deadline.bounded_s(1.0), guarded=False))
        except NeighbourUnavailable:
            if left == 0:
                raise
            left -= 1
