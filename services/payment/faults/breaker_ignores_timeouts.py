"""The card network falls silent, and the breaker stays closed: every call waits in full, again and again.

Cause: payment keeps the time of a call itself, and has lifted the limit that the call would have. When its own time is
over it cancels the call from outside. A call that was cancelled tells the breaker nothing of the network: that it took
too long is no failure.

Repair: leave the time to what the breaker hears of: the call's own limit, or a deadline that is handed down to it. Or
tell the breaker of each answer that did not come in time.

Plain: listening.answer_in_time
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut
from services.chassis.fault import Fault
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]

WITHIN_S = 0.4
"""How long a customer at the till is to wait for one answer."""
TRIES = 2
LONGEST_S = 5.0
"""For the call itself, which is not to end before we hang up."""


class Listening(Protocol):
    """Listens to the card network."""

    async def __call__(self, neighbour: Neighbour, call: Call) -> Json:
        """Have `call` made to `neighbour`, more than once if need be, and return the answer.

        Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
        """


async def faulty(neighbour: Neighbour, call: Call) -> Json:
    """Hang up when the time is over, and call once more."""
    for _ in range(TRIES):
        try:
            async with asyncio.timeout(WITHIN_S):
                return await call(neighbour.patient(LONGEST_S))
        except TimeoutError:
            continue
    raise NeighbourTimedOut(neighbour.peer, f"no answer within {WITHIN_S} s")


async def fixed(neighbour: Neighbour, call: Call) -> Json:
    """Leave it to the call, which has a limit of its own."""
    return await call(neighbour)


silence_that_counts = Fault[Listening](__name__, faulty, fixed)
