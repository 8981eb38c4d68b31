"""Has no connections of its own: the neighbour has slots and limits, and knows what time is left."""

from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.payment.clients import Json

Call = Callable[[Neighbour], Awaitable[Json]]


async def over_connection(neighbour: Neighbour, call: Call) -> Json:
    """Have `call` made over a connection to `neighbour`, and return the answer.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    return await call(neighbour)
