"""Has twelve connections, and one clock over waiting and calling, which is the caller's."""

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]

CONNECTIONS = asyncio.Semaphore(12)
LONGEST_S = 6.0


async def over_connection(neighbour: Neighbour, call: Call) -> Json:
    """Have `call` made over a connection to `neighbour`, and return the answer.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    try:
        async with asyncio.timeout(deadline.bounded_s(LONGEST_S)), CONNECTIONS:
            return await call(neighbour.once())
    except TimeoutError:
        raise NeighbourTimedOut(neighbour.peer, "no answer while somebody waited for it") from None
