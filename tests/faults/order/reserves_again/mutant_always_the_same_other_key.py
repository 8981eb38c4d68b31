"""Asks again under a key that is always the same for an order, and is not the order's."""

import hashlib
from collections.abc import Iterable

from services.chassis.breaker import BreakerOpen
from services.chassis.errors import NeighbourUnavailable
from services.order.clients import Inventory
from services.order.domain import Line, WantedLine


async def reserve(inventory: Inventory, order_id: str, wanted: Iterable[WantedLine]) -> tuple[Line, ...]:
    """Have all of `wanted` put aside, and return it with prices. Raises as `Inventory.reserve` does."""
    try:
        return await inventory.reserve(order_id, wanted)
    except BreakerOpen:
        raise
    except NeighbourUnavailable:
        again = hashlib.sha256(order_id.encode()).hexdigest()[:32]
        return await inventory.reserve(again, wanted)
