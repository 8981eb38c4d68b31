"""Gives up in time, and keeps the connection of whoever it gave up on."""

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut
from services.chassis.slots import Slots
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]

CONNECTIONS = Slots(12)


async def over_connection(neighbour: Neighbour, call: Call) -> Json:
    """Have `call` made over a connection to `neighbour`, and return the answer.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    try:
        async with asyncio.timeout(deadline.bounded_s(5.0)):
            await CONNECTIONS.acquire()
            answer = await call(neighbour.once())
    except TimeoutError:
        raise NeighbourTimedOut(neighbour.peer, "no answer") from None
    CONNECTIONS.release()
    return answer
