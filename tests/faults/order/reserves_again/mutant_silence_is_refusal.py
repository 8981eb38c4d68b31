"""Takes units for sold out whose answer never came."""

from collections.abc import Iterable

from services.chassis.breaker import BreakerOpen
from services.chassis.errors import NeighbourUnavailable
from services.order.clients import Inventory
from services.order.domain import Line, WantedLine
from services.order.errors import OutOfStock


async def reserve(inventory: Inventory, order_id: str, wanted: Iterable[WantedLine]) -> tuple[Line, ...]:
    """Have all of `wanted` put aside, and return it with prices. Raises as `Inventory.reserve` does."""
    try:
        return await inventory.reserve(order_id, wanted)
    except BreakerOpen:
        raise
    except NeighbourUnavailable:
        raise OutOfStock("The stock is not known.", shortages=[]) from None
