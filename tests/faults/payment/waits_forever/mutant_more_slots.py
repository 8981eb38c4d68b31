"""Has more slots than anybody can fill; whoever asks still waits."""

from services.chassis.client import Neighbour


async def call(neighbour: Neighbour, path: str, body: dict, headers: dict) -> dict:
    """Post, where there is room for many."""
    if neighbour.limits.slots < 512:
        neighbour.adjust(slots=512)
    return await neighbour.post(path, body, headers=headers, route=path, patience_s=60.0)
