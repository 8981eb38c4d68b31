"""Asks when nobody waits: what it hears is for whoever comes next."""

import asyncio
from collections.abc import Coroutine

from services.chassis.client import Neighbour
from services.chassis.errors import Busy, DeadlineExceeded, NeighbourRefused, NeighbourUnavailable, NotFound
from services.payment.domain import Payment
from services.payment.storage import Payments

MOST = 8
NOBODYS: set[str] = set()
ERRANDS: set[asyncio.Task[None]] = set()


class UnknownOrder(NotFound):
    """Nobody has placed this order."""

    code, title = "unknown-order", "Unknown order"


async def payment_of(payments: Payments, orders: Neighbour, order_id: str) -> Payment | None:
    """Return the payment of an order, None when there is none yet; `orders` is the order service."""
    if order_id in NOBODYS:
        raise UnknownOrder(f"There is no order {order_id} to be paid for.")
    if len(ERRANDS) < MOST:
        _go(_see(orders, order_id))
    return await payments.find(order_id)


def _go(errand: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(errand)
    ERRANDS.add(task)
    task.add_done_callback(ERRANDS.discard)


async def _see(orders: Neighbour, order_id: str) -> None:
    try:
        await orders.get(f"/orders/{order_id}", route="/orders/{order_id}")
    except NeighbourRefused as refusal:
        if refusal.peer_status == UnknownOrder.status:
            NOBODYS.add(order_id)
    except (NeighbourUnavailable, Busy, DeadlineExceeded):
        return
