"""Asks under the order's id, as often as a call is tried anyway."""

from collections.abc import Iterable

from services.order.clients import Inventory
from services.order.domain import Line, WantedLine


async def reserve(inventory: Inventory, order_id: str, wanted: Iterable[WantedLine]) -> tuple[Line, ...]:
    """Have all of `wanted` put aside, and return it with prices. Raises as `Inventory.reserve` does."""
    return await inventory.reserve(order_id, wanted)
