"""Answers in time and lets the work go on behind the caller's back."""

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut
from services.chassis.slots import Slots
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]

CONNECTIONS = Slots(8)


async def over_connection(neighbour: Neighbour, call: Call) -> Json:
    """Have `call` made over a connection to `neighbour`, and return the answer.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    work = asyncio.ensure_future(_made(neighbour, call))
    await asyncio.wait({work}, timeout=deadline.bounded_s(5.0))
    if not work.done():
        raise NeighbourTimedOut(neighbour.peer, "no answer")
    return work.result()


async def _made(neighbour: Neighbour, call: Call) -> Json:
    await CONNECTIONS.acquire()
    try:
        return await call(neighbour.once(timeout_s=60.0, guarded=False))
    finally:
        CONNECTIONS.release()
