"""Payment asks the order service about each order, while that waits for payment: when all are busy, nobody goes on.

Cause: before anything is said or done about a payment, the order is looked up at the order service. That is who asks,
or who waits for whoever asks: it keeps one of its workers until it is answered, and the look-up needs another one. It
waits for that as long as it takes, and keeps a worker of payment meanwhile.

Repair: take who asks at their word. What is to be paid comes with the request, and that an order was given up is told
by a cancellation, which is remembered. If it has to be asked, then for a moment only, by few at a time, and go on
without an answer; or ask when nobody waits.

Plain: looking_up.payment_of
"""

from typing import Protocol

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourRefused, NotFound
from services.chassis.fault import Fault
from services.payment.domain import Payment
from services.payment.storage import Payments

PATIENCE_S = 60.0


class LookingUp(Protocol):
    """Looks up what is known of an order's payment, whenever anybody asks for it."""

    async def __call__(self, payments: Payments, orders: Neighbour, order_id: str) -> Payment | None:
        """Return the payment of an order, None when there is none yet; `orders` is the order service."""


class UnknownOrder(NotFound):
    """Nobody has placed this order."""

    code, title = "unknown-order", "Unknown order"


async def faulty(payments: Payments, orders: Neighbour, order_id: str) -> Payment | None:
    """See that there is such an order; then see what is known."""
    try:
        await orders.patient(PATIENCE_S).get(f"/orders/{order_id}", route="/orders/{order_id}")
    except NeighbourRefused as refusal:
        if refusal.peer_status != UnknownOrder.status:
            raise
        raise UnknownOrder(f"There is no order {order_id} to be paid for.") from None
    return await payments.find(order_id)


async def fixed(payments: Payments, orders: Neighbour, order_id: str) -> Payment | None:
    """See what is known, and take whoever asks at their word for the rest."""
    del orders
    return await payments.find(order_id)


by_own_books = Fault[LookingUp](__name__, faulty, fixed, breaks_off=True)
