"""Has as much patience as the limit and the time that is left allow, and no more."""

from services.chassis import deadline
from services.chassis.client import Neighbour


async def call(neighbour: Neighbour, path: str, body: dict, headers: dict) -> dict:
    """Post, patiently within bounds."""
    patience_s = deadline.bounded_s(neighbour.limits.timeout_s)
    return await neighbour.post(path, body, headers=headers, route=path, patience_s=patience_s, idempotent=False)
