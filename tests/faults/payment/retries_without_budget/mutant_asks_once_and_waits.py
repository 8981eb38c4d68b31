"""Asks once, and waits for as long as that takes."""

from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]


async def tried(neighbour: Neighbour, call: Call) -> Json:
    """Return what `call` to `neighbour` brings.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    return await call(neighbour.once(1, guarded=False))
