"""Looks up only orders of which there is no payment yet."""

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourRefused, NotFound
from services.payment.domain import Payment
from services.payment.storage import Payments

PATIENCE_S = 60.0


class UnknownOrder(NotFound):
    """Nobody has placed this order."""

    code, title = "unknown-order", "Unknown order"


async def payment_of(payments: Payments, orders: Neighbour, order_id: str) -> Payment | None:
    """Return the payment of an order, None when there is none yet; `orders` is the order service."""
    known = await payments.find(order_id)
    if known is not None:
        return known
    try:
        await orders.patient(PATIENCE_S).get(f"/orders/{order_id}", route="/orders/{order_id}")
    except NeighbourRefused as refusal:
        if refusal.peer_status != UnknownOrder.status:
            raise
        raise UnknownOrder(f"There is no order {order_id} to be paid for.") from None
    return None
