"""Asks again under the order's id when time ran out, and under another key when the connection broke."""

from collections.abc import Iterable
from uuid import uuid4

from services.chassis.breaker import BreakerOpen
from services.chassis.errors import NeighbourTimedOut, NeighbourUnavailable
from services.order.clients import Inventory
from services.order.domain import Line, WantedLine


async def reserve(inventory: Inventory, order_id: str, wanted: Iterable[WantedLine]) -> tuple[Line, ...]:
    """Have all of `wanted` put aside, and return it with prices. Raises as `Inventory.reserve` does."""
    try:
        return await inventory.reserve(order_id, wanted)
    except BreakerOpen:
        raise
    except NeighbourTimedOut:
        return await inventory.reserve(order_id, wanted)
    except NeighbourUnavailable:
        return await inventory.reserve(uuid4().hex, wanted)
