"""Keeps no time of its own: the call has a limit, which the breaker hears of."""

from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.payment.clients import Json


async def answer_in_time(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Ask."""
    return await call(neighbour)
