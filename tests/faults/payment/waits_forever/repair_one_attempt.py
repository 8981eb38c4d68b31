"""Makes one attempt, which has its limit, and heeds the time of whoever asks."""

from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.payment.clients import Json


async def wait_for_answer(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Call once."""
    return await call(neighbour.once())
