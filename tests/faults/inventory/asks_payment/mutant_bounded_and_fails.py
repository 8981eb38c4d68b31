"""Waits no longer than the caller does, and promises nothing then."""

from collections.abc import Sequence

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourRefused, NotFound
from services.inventory.domain import Reservation, ReservedLine, State
from services.inventory.errors import ReservationReleased

REFUSED = ("declined", "cancelled", "refunded")


async def draft(payments: Neighbour, order_id: str, lines: Sequence[ReservedLine]) -> Reservation:
    """Return the reservation of `lines` that is to be made for an order; `payments` is the payment service."""
    try:
        payment = await payments.get(f"/payments/{order_id}", route="/payments/{order_id}")
    except NeighbourRefused as refusal:
        if refusal.peer_status != NotFound.status:
            raise
    else:
        if payment["status"] in REFUSED:
            raise ReservationReleased(f"Order {order_id} will not be paid for.")
    return Reservation(order_id, State.HELD, lines)
