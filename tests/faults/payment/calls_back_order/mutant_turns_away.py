"""Lets three ask at once and turns everybody else away; the three still wait without end."""

import asyncio

from services.chassis.client import Neighbour
from services.chassis.errors import Busy, NeighbourRefused, NotFound
from services.payment.domain import Payment
from services.payment.storage import Payments

PATIENCE_S = 60.0
ASKING = asyncio.Semaphore(3)


class UnknownOrder(NotFound):
    """Nobody has placed this order."""

    code, title = "unknown-order", "Unknown order"


async def payment_of(payments: Payments, orders: Neighbour, order_id: str) -> Payment | None:
    """Return the payment of an order, None when there is none yet; `orders` is the order service."""
    if ASKING.locked():
        raise Busy("All who could see to it are busy.")
    try:
        async with ASKING:
            await orders.patient(PATIENCE_S).get(f"/orders/{order_id}", route="/orders/{order_id}")
    except NeighbourRefused as refusal:
        if refusal.peer_status != UnknownOrder.status:
            raise
        raise UnknownOrder(f"There is no order {order_id} to be paid for.") from None
    return await payments.find(order_id)
