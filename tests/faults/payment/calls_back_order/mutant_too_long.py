"""Goes on without an answer, after twice the time that anybody has."""

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourRefused, NeighbourUnavailable, NotFound
from services.payment.domain import Payment
from services.payment.storage import Payments

LONGEST_S = 2.0


class UnknownOrder(NotFound):
    """Nobody has placed this order."""

    code, title = "unknown-order", "Unknown order"


async def payment_of(payments: Payments, orders: Neighbour, order_id: str) -> Payment | None:
    """Return the payment of an order, None when there is none yet; `orders` is the order service."""
    try:
        once = orders.once(timeout_s=LONGEST_S, guarded=False)
        await once.get(f"/orders/{order_id}", route="/orders/{order_id}")
    except NeighbourUnavailable:
        pass
    except NeighbourRefused as refusal:
        if refusal.peer_status != UnknownOrder.status:
            raise
        raise UnknownOrder(f"There is no order {order_id} to be paid for.") from None
    return await payments.find(order_id)
