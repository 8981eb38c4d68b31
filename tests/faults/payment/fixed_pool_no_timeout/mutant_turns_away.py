"""Turns away whoever finds no connection free; the two there are stay two."""

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.chassis.errors import Busy
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]

CONNECTIONS = asyncio.Semaphore(2)


async def over_connection(neighbour: Neighbour, call: Call) -> Json:
    """Have `call` made over a connection to `neighbour`, and return the answer.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    if CONNECTIONS.locked():
        raise Busy("All connections are taken.")
    async with CONNECTIONS:
        return await call(neighbour.once())
