"""Takes silence for a refusal: whose bank hangs has no money."""

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut


async def wait_for_answer(neighbour: Neighbour, call) -> dict:
    """Call, and take silence for an answer."""
    try:
        return await call(neighbour)
    except NeighbourTimedOut:
        return {"authorisation_id": "", "status": "declined"}
