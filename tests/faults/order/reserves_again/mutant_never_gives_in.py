"""Asks under the order's id until it is answered."""

import asyncio
from collections.abc import Iterable

from services.chassis.errors import NeighbourUnavailable
from services.order.clients import Inventory
from services.order.domain import Line, WantedLine

PAUSE_S = 0.05


async def reserve(inventory: Inventory, order_id: str, wanted: Iterable[WantedLine]) -> tuple[Line, ...]:
    """Have all of `wanted` put aside, and return it with prices. Raises as `Inventory.reserve` does."""
    while True:
        try:
            return await inventory.reserve(order_id, wanted)
        except NeighbourUnavailable:
            await asyncio.sleep(PAUSE_S)
