"""Heeds the time that is left, and nothing else: who does not say how long they listen waits for ever."""

from services.chassis import deadline
from services.chassis.client import Neighbour


async def call(neighbour: Neighbour, path: str, body: dict, headers: dict) -> dict:
    """Post, for as long as somebody listens."""
    patience_s = deadline.bounded_s(60.0)
    return await neighbour.post(path, body, headers=headers, route=path, patience_s=patience_s)
