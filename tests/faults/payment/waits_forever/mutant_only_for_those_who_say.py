"""Heeds the time that is left, and nothing else: who does not say how long they listen waits for ever."""

from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.client import Neighbour
from services.payment.clients import Json


async def wait_for_answer(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Call, for as long as somebody listens."""
    patience_s = deadline.bounded_s(60.0)
    return await call(neighbour.patient(patience_s))
