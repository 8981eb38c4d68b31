"""Two at a time ask, for a tenth of a second at most, and everybody goes on without an answer."""

import asyncio
from collections.abc import Sequence

import structlog

from services.chassis.client import Neighbour
from services.chassis.errors import Busy, DeadlineExceeded, NeighbourRefused, NeighbourUnavailable
from services.inventory.domain import Reservation, ReservedLine, State
from services.inventory.errors import ReservationReleased

REFUSED = ("declined", "cancelled", "refunded")
ASKING = asyncio.Semaphore(2)
LONGEST_S = 0.1

log = structlog.get_logger()


async def draft(payments: Neighbour, order_id: str, lines: Sequence[ReservedLine]) -> Reservation:
    """Return the reservation of `lines` that is to be made for an order; `payments` is the payment service."""
    if not ASKING.locked():
        async with ASKING:
            if await _is_refused(payments, order_id):
                raise ReservationReleased(f"Order {order_id} will not be paid for.")
    return Reservation(order_id, State.HELD, lines)


async def _is_refused(payments: Neighbour, order_id: str) -> bool:
    try:
        payment = await payments.once(timeout_s=LONGEST_S).get(f"/payments/{order_id}", route="/payments/{order_id}")
    except NeighbourRefused:
        return False
    except (NeighbourUnavailable, Busy, DeadlineExceeded) as error:
        log.info("payment.unseen", order_id=order_id, problem=error.detail)
        return False
    return payment["status"] in REFUSED
