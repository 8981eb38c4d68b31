"""Takes no slot for as long as it waits, so that there is always one; whoever asks still waits."""

from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.payment.clients import Json


async def wait_for_answer(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Call, beside the others."""
    return await call(neighbour.once(timeout_s=60.0, guarded=False))
