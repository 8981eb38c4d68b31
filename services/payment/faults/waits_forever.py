"""A card network that hangs for some cards stops all payments: each call waits for as long as it takes, in a slot.

Cause: calls to the card network are given minutes of patience in place of their limit and of the time that the
caller has left. Whoever asked has long gone, and asks again; each call keeps its slot, until there is none left for
cards whose bank answers at once.

Repair: let no call outlast its limit, nor the time of whoever waits for it; what is not answered then is pending, and
is asked for again under the same key.

Plain: answers.wait_for_answer
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from services.chassis.client import Neighbour
from services.chassis.fault import Fault
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]

PATIENCE_S = 120.0
"""Banks take their time with some cards."""


class Waiting(Protocol):
    """Waits for what the card network answers."""

    async def __call__(self, neighbour: Neighbour, call: Call) -> Json:
        """Have `call` made to `neighbour`, and return the answer.

        Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
        """


async def faulty(neighbour: Neighbour, call: Call) -> Json:
    """Wait until there is an answer."""
    return await call(neighbour.patient(PATIENCE_S))


async def fixed(neighbour: Neighbour, call: Call) -> Json:
    """Wait no longer than a call may take."""
    return await call(neighbour)


bounded_wait = Fault[Waiting](__name__, faulty, fixed)
