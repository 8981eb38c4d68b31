"""Asks five times for a fifth of a second, in place of once for long, and then gives up on the order."""

from collections.abc import Sequence

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourRefused, NeighbourTimedOut, NeighbourUnavailable, NotFound
from services.inventory.domain import Reservation, ReservedLine, State
from services.inventory.errors import ReservationReleased

REFUSED = ("declined", "cancelled", "refunded")
TRIES, LONGEST_S = 5, 0.2


async def draft(payments: Neighbour, order_id: str, lines: Sequence[ReservedLine]) -> Reservation:
    """Return the reservation of `lines` that is to be made for an order; `payments` is the payment service."""
    for _ in range(TRIES):
        try:
            once = payments.once(timeout_s=LONGEST_S, guarded=False)
            payment = await once.get(f"/payments/{order_id}", route="/payments/{order_id}")
        except NeighbourUnavailable:
            continue
        except NeighbourRefused as refusal:
            if refusal.peer_status != NotFound.status:
                raise
        else:
            if payment["status"] in REFUSED:
                raise ReservationReleased(f"Order {order_id} will not be paid for.")
        return Reservation(order_id, State.HELD, lines)
    raise NeighbourTimedOut(payments.peer, "it never came to answer")
