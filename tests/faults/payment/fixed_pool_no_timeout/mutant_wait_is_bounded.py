"""Bounds the wait for a connection, and not the call."""

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.client import Neighbour
from services.chassis.errors import Busy
from services.chassis.slots import Slots
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]

CONNECTIONS = Slots(12)
LONGEST_S = 60.0


async def over_connection(neighbour: Neighbour, call: Call) -> Json:
    """Have `call` made over a connection to `neighbour`, and return the answer.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    try:
        async with asyncio.timeout(deadline.bounded_s(5.0)):
            await CONNECTIONS.acquire()
    except TimeoutError:
        raise Busy("All connections are taken.") from None
    try:
        return await call(neighbour.once(timeout_s=LONGEST_S, guarded=False))
    finally:
        CONNECTIONS.release()
