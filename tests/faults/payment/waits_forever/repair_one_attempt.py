"""Makes one attempt, which has its limit, and heeds the time of whoever asks."""

from services.chassis.client import Neighbour


async def wait_for_answer(neighbour: Neighbour, call) -> dict:
    """Call once."""
    return await call(neighbour.once())
