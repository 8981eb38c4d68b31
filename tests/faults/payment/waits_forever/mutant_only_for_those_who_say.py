"""Heeds the time that is left, and nothing else: who does not say how long they listen waits for ever."""

from services.chassis import deadline
from services.chassis.client import Neighbour


async def wait_for_answer(neighbour: Neighbour, call) -> dict:
    """Call, for as long as somebody listens."""
    patience_s = deadline.bounded_s(60.0)
    return await call(neighbour.patient(patience_s))
