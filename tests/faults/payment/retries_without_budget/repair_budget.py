"""Repeats a tenth of all calls at most, within the caller's time."""

from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourUnavailable
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]


class _Budget:
    """Repeats that may be made: a tenth of all calls, and five at once."""

    def __init__(self) -> None:
        self._left = 5.0

    def earn(self) -> None:
        """Count a call."""
        self._left = min(5.0, self._left + 0.1)

    def spend(self) -> bool:
        """Take one repeat, if there is one."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


BUDGET = _Budget()


async def tried(neighbour: Neighbour, call: Call) -> Json:
    """Return what `call` to `neighbour` brings.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    BUDGET.earn()
    try:
        return await call(neighbour.once(1, timeout_s=deadline.bounded_s(1.0), guarded=False))
    except NeighbourUnavailable:
        if not BUDGET.spend():
            raise
    return await call(neighbour.once(2, timeout_s=deadline.bounded_s(1.0), guarded=False))
