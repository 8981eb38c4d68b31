"""Keeps no time of its own: the call has a limit, which the breaker hears of."""

from services.chassis.client import Neighbour


async def answer_in_time(neighbour: Neighbour, call) -> dict:
    """Ask."""
    return await call(neighbour)
