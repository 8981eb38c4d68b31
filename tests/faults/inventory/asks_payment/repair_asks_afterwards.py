"""Asks when nobody waits: what it hears is for whoever comes next."""

import asyncio
from collections.abc import Sequence

from services.chassis.client import Neighbour
from services.chassis.errors import Busy, DeadlineExceeded, NeighbourRefused, NeighbourUnavailable
from services.inventory.domain import Reservation, ReservedLine, State
from services.inventory.errors import ReservationReleased

REFUSED = ("declined", "cancelled", "refunded")
MOST = 8
UNPAID: set[str] = set()
ERRANDS: set[asyncio.Task[None]] = set()


async def draft(payments: Neighbour, order_id: str, lines: Sequence[ReservedLine]) -> Reservation:
    """Return the reservation of `lines` that is to be made for an order; `payments` is the payment service."""
    if order_id in UNPAID:
        raise ReservationReleased(f"Order {order_id} will not be paid for.")
    if len(ERRANDS) < MOST:
        errand = asyncio.create_task(_see(payments, order_id))
        ERRANDS.add(errand)
        errand.add_done_callback(ERRANDS.discard)
    return Reservation(order_id, State.HELD, lines)


async def _see(payments: Neighbour, order_id: str) -> None:
    try:
        payment = await payments.get(f"/payments/{order_id}", route="/payments/{order_id}")
    except (NeighbourRefused, NeighbourUnavailable, Busy, DeadlineExceeded):
        return
    if payment["status"] in REFUSED:
        UNPAID.add(order_id)
