"""Inventory asks payment before it puts anything aside, and waits: while payment is slow, nothing can be reserved.

Cause: before units are promised, payment is asked whether it has refused the order. Inventory waits for the answer as
long as it takes, and keeps one of its workers; so does the order service, which waits for inventory. If what payment
waits for in turn is one of these workers, none of them will come free: the calls go round in a circle.

Repair: ask nobody. Who reserves units gives them back when the card is declined, and an order that was given up has
left its mark here. If payment has to be asked, then for a moment only, by few at a time, and go on without an answer;
or ask when nobody waits.

Plain: drafts.draft
"""

from collections.abc import Sequence
from typing import Protocol

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourRefused, NotFound
from services.chassis.fault import Fault
from services.inventory.domain import Reservation, ReservedLine, State
from services.inventory.errors import ReservationReleased

PATIENCE_S = 60.0
REFUSED = ("declined", "cancelled", "refunded")
"""How payments stand of which nothing will come."""


class Drafting(Protocol):
    """Draws up reservations."""

    async def __call__(self, payments: Neighbour, order_id: str, lines: Sequence[ReservedLine]) -> Reservation:
        """Return the reservation of `lines` that is to be made for an order; `payments` is the payment service."""


async def faulty(payments: Neighbour, order_id: str, lines: Sequence[ReservedLine]) -> Reservation:
    """See first how its payment stands."""
    try:
        payment = await payments.patient(PATIENCE_S).get(f"/payments/{order_id}", route="/payments/{order_id}")
    except NeighbourRefused as refusal:
        if refusal.peer_status != NotFound.status:
            raise
    else:
        if payment["status"] in REFUSED:
            raise ReservationReleased(f"Order {order_id} will not be paid for.")
    return Reservation(order_id, State.HELD, lines)


async def fixed(payments: Neighbour, order_id: str, lines: Sequence[ReservedLine]) -> Reservation:
    """Hold them for whoever asks, and who will give them back."""
    del payments
    return Reservation(order_id, State.HELD, lines)


held_for_the_asking = Fault[Drafting](__name__, faulty, fixed, breaks_off=True)
