"""Asks once, within the caller's time, and leaves it to others to ask again."""

from services.chassis import deadline
from services.order.clients import Payment, Payments


async def authorise(payments: Payments, order_id: str, amount_cents: int, card_token: str) -> Payment:
    """Return what `payments` says of the payment of an order.

    Raises `Undone`, and the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    return await payments.once(1, deadline.bounded_s(1.2)).authorise(order_id, amount_cents, card_token)
