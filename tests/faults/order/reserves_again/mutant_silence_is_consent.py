"""Takes units for reserved whose answer never came."""

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
        known = {line.sku: line for line in await inventory.prices()}
        return tuple(
            Line(
                one.sku, known[one.sku].name, one.quantity, known[one.sku].unit_price_cents, known[one.sku].tax_percent
            )
            for one in wanted
        )
