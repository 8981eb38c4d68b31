"""Goes on under the order's id for a while, with pauses, before it leaves the order to be reserved later."""

import asyncio
from collections.abc import Iterable

from services.chassis.breaker import BreakerOpen
from services.chassis.errors import NeighbourUnavailable
from services.order.clients import Inventory
from services.order.domain import Line, WantedLine

PAUSES_S = (0.05, 0.1)


async def reserve(inventory: Inventory, order_id: str, wanted: Iterable[WantedLine]) -> tuple[Line, ...]:
    """Have all of `wanted` put aside, and return it with prices. Raises as `Inventory.reserve` does."""
    for pause_s in PAUSES_S:
        try:
            return await inventory.reserve(order_id, wanted)
        except BreakerOpen:
            raise
        except NeighbourUnavailable:
            await asyncio.sleep(pause_s)
    return await inventory.reserve(order_id, wanted)
