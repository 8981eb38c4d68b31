"""Lets the call keep its limit, and the deadline of whoever asks."""

from services.chassis.client import Neighbour


async def wait_for_answer(neighbour: Neighbour, call) -> dict:
    """Call."""
    return await call(neighbour)
