"""Has ten seconds of patience in place of minutes: still longer than anybody listens."""

from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.payment.clients import Json


async def wait_for_answer(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Call, somewhat less patiently."""
    return await call(neighbour.patient(10.0))
