"""Has more slots than anybody can fill; whoever asks still waits."""

from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.payment.clients import Json


async def wait_for_answer(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Call, where there is room for many."""
    if neighbour.limits.slots < 512:
        neighbour.adjust(slots=512)
    return await call(neighbour.patient(60.0))
