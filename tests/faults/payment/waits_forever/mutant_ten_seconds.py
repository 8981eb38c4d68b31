"""Has ten seconds of patience in place of a minute: still longer than anybody listens."""

from services.chassis.client import Neighbour


async def wait_for_answer(neighbour: Neighbour, call) -> dict:
    """Call, somewhat less patiently."""
    return await call(neighbour.patient(10.0))
