"""Has more slots than anybody can fill; whoever asks still waits."""

from services.chassis.client import Neighbour


async def wait_for_answer(neighbour: Neighbour, call) -> dict:
    """Call, where there is room for many."""
    if neighbour.limits.slots < 512:
        neighbour.adjust(slots=512)
    return await call(neighbour.patient(60.0))
