"""Two at a time ask, for a tenth of a second at most, and everybody goes on without an answer."""

import asyncio

import structlog

from services.chassis.client import Neighbour
from services.chassis.errors import Busy, DeadlineExceeded, NeighbourRefused, NeighbourUnavailable, NotFound
from services.payment.domain import Payment
from services.payment.storage import Payments

ASKING = asyncio.Semaphore(2)
LONGEST_S = 0.1

log = structlog.get_logger()


class UnknownOrder(NotFound):
    """Nobody has placed this order."""

    code, title = "unknown-order", "Unknown order"


async def payment_of(payments: Payments, orders: Neighbour, order_id: str) -> Payment | None:
    """Return the payment of an order, None when there is none yet; `orders` is the order service."""
    if not ASKING.locked():
        async with ASKING:
            await _see(orders, order_id)
    return await payments.find(order_id)


async def _see(orders: Neighbour, order_id: str) -> None:
    try:
        await orders.once(timeout_s=LONGEST_S).get(f"/orders/{order_id}", route="/orders/{order_id}")
    except NeighbourRefused as refusal:
        if refusal.peer_status == UnknownOrder.status:
            raise UnknownOrder(f"There is no order {order_id} to be paid for.") from None
        log.warning("order.unseen", order_id=order_id, problem=refusal.detail)
    except (NeighbourUnavailable, Busy, DeadlineExceeded) as error:
        log.info("order.unseen", order_id=order_id, problem=error.detail)
