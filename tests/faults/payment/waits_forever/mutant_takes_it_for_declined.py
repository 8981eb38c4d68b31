"""Takes silence for a refusal: whose bank hangs has no money."""

from collections.abc import Awaitable, Callable

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut
from services.payment.clients import Json


async def wait_for_answer(neighbour: Neighbour, call: Callable[[Neighbour], Awaitable[Json]]) -> Json:
    """Call, and take silence for an answer."""
    try:
        return await call(neighbour)
    except NeighbourTimedOut:
        return {"authorisation_id": "", "status": "declined"}
