"""Has a budget for repeats, and a new one for each call."""

from services.chassis import deadline
from services.chassis.errors import NeighbourUnavailable
from services.order.clients import Payment, Payments


async def authorise(payments: Payments, order_id: str, amount_cents: int, card_token: str) -> Payment:
    """Return what `payments` says of the payment of an order.

    Raises `Undone`, and the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    left = 2
    while True:
        try:
            return await payments.once(1, deadline.bounded_s(1.2)).authorise(order_id, amount_cents, card_token)
        except NeighbourUnavailable:
            if left == 0:
                raise
            left -= 1
