"""Lets the call keep its limit, and the deadline of whoever asks."""

from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.payment.clients import Json


async def wait_for_answer(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Call."""
    return await call(neighbour)
