"""Lets the call keep its limit, and the deadline of whoever asks."""

from services.chassis.client import Neighbour


async def call(neighbour: Neighbour, path: str, body: dict, headers: dict) -> dict:
    """Post."""
    return await neighbour.post(path, body, headers=headers, route=path)
