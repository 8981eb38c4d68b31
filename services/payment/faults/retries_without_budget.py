"""The card network falters for a moment, and payment asks three times for everything: what falters is asked for more.

Cause: a call that got no answer is made again at once, three times in all, whoever else does the same and however many
have just failed. Neither breaker nor slots nor the caller's time are asked.

Repair: repeat in one place of the way, and no more than a small share of all calls; stop asking what fails again and
again, and whoever has left does not need an answer. A call that is made once is no bad repair: others ask again.

Plain: trying.tried
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourUnavailable
from services.chassis.fault import Fault
from services.payment.clients import Json

ATTEMPTS = 3

Call = Callable[[Neighbour], Awaitable[Json]]


class Trying(Protocol):
    """Makes calls to the card network."""

    async def __call__(self, neighbour: Neighbour, call: Call) -> Json:
        """Return what `call` to `neighbour` brings.

        Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
        """


async def faulty(neighbour: Neighbour, call: Call) -> Json:
    """Ask three times."""
    for attempt in range(1, ATTEMPTS):
        try:
            return await call(neighbour.once(attempt, guarded=False))
        except NeighbourUnavailable:
            continue
    return await call(neighbour.once(ATTEMPTS, guarded=False))


async def fixed(neighbour: Neighbour, call: Call) -> Json:
    """Leave it to the neighbour, whose breaker ends what leads nowhere."""
    return await call(neighbour)


few_retries = Fault[Trying](__name__, faulty, fixed)
