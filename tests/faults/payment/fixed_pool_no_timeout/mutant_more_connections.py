"""Has a hundred connections, and still no end of waiting."""

from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.chassis.slots import Slots
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]

CONNECTIONS = Slots(100)
LONGEST_S = 60.0


async def over_connection(neighbour: Neighbour, call: Call) -> Json:
    """Have `call` made over a connection to `neighbour`, and return the answer.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    await CONNECTIONS.acquire()
    try:
        return await call(neighbour.once(timeout_s=LONGEST_S, guarded=False))
    finally:
        CONNECTIONS.release()
