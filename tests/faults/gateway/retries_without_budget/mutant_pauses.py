"""Pauses before it asks again, longer each time, and asks as often as before."""

import asyncio

from services.chassis.errors import NeighbourUnavailable
from services.gateway.clients import Json, Orders


async def place(orders: Orders, order: Json, key: str) -> Json:
    """Have `order` placed under `key`, and return it.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    for attempt in (1, 2):
        try:
            return await orders.once(attempt, 1.6).place(order, key)
        except NeighbourUnavailable:
            await asyncio.sleep(0.015 * attempt)
    return await orders.once(3, 1.6).place(order, key)
