"""The way to the card network gets slower, and payment falls behind for good: all wait for one of few connections.

Cause: calls go over a fixed number of connections, enough while each took some milliseconds. Whoever finds none free
waits for one, for as long as it takes, and the call itself may take a minute. The time that the caller has left counts
for neither: those who gave up long ago, and have asked again, are served before those who still wait.

Repair: let no one wait longer than they have time, neither for a connection nor for the answer. Have as many of them
as the slowest day needs (calls per second times the seconds that one takes), and a limit for each call.

Plain: connections.over_connection
"""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Protocol

import structlog

from services.chassis.client import Neighbour
from services.chassis.fault import Fault
from services.chassis.slots import Slots
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]

CONNECTIONS = Slots(2)
LONGEST_S = 60.0
WORTH_TELLING_S = 0.1

log = structlog.get_logger()


class Connecting(Protocol):
    """Gives calls to the card network their connections."""

    async def __call__(self, neighbour: Neighbour, call: Call) -> Json:
        """Have `call` made over a connection to `neighbour`, and return the answer.

        Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
        """


async def faulty(neighbour: Neighbour, call: Call) -> Json:
    """Wait for a connection, and for the answer."""
    began = monotonic()
    await CONNECTIONS.acquire()
    try:
        if (waited_s := monotonic() - began) > WORTH_TELLING_S:
            log.info("connection.waited", peer=neighbour.peer, waited_s=round(waited_s, 3))
        return await call(neighbour.once(timeout_s=LONGEST_S, guarded=False))
    finally:
        CONNECTIONS.release()


async def fixed(neighbour: Neighbour, call: Call) -> Json:
    """Leave it to the neighbour, which has slots and limits, and knows what time is left."""
    return await call(neighbour)


roomy_connections = Fault[Connecting](__name__, faulty, fixed, breaks_off=True)
