"""Units are reserved twice: whenever the inventory's answer is lost, the order asks again under another key.

Cause: a reservation that may or may not have been made "must not get in the way" of the next try, so that gets a key of
its own. If the first request was done and only its answer lost, units are held under both keys. Whoever commits or
gives back later knows the order's id and no other: what is held under the second key stays held for ever. If the first
request never arrived, the order is confirmed and the worker finds nothing to commit.

Repair: unknown is not failed. Ask again under the same key, which is what it is for; or leave it to the worker, which
asks under the order's id when the inventory answers again.

Plain: reserving.reserve
"""

from collections.abc import Iterable
from typing import Protocol
from uuid import uuid4

from services.chassis.breaker import BreakerOpen
from services.chassis.errors import NeighbourUnavailable
from services.chassis.fault import Fault
from services.order.clients import Inventory
from services.order.domain import Line, WantedLine


class Reserving(Protocol):
    """Asking the inventory to put units aside for an order."""

    async def __call__(self, inventory: Inventory, order_id: str, wanted: Iterable[WantedLine]) -> tuple[Line, ...]:
        """Have all of `wanted` put aside, and return it with prices. Raises as `Inventory.reserve` does."""


async def faulty(inventory: Inventory, order_id: str, wanted: Iterable[WantedLine]) -> tuple[Line, ...]:
    """Begin anew where it is not known what became of the first try."""
    try:
        return await inventory.reserve(order_id, wanted)
    except BreakerOpen:
        raise
    except NeighbourUnavailable:
        return await inventory.reserve(uuid4().hex, wanted)


async def fixed(inventory: Inventory, order_id: str, wanted: Iterable[WantedLine]) -> tuple[Line, ...]:
    """Ask under the order's own id, and under no other."""
    return await inventory.reserve(order_id, wanted)


same_key = Fault[Reserving](__name__, faulty, fixed)
