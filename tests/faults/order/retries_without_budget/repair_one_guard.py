"""Leaves it to the neighbour, which has slots, a breaker, and repeats within the caller's time."""

from services.order.clients import Payment, Payments


async def authorise(payments: Payments, order_id: str, amount_cents: int, card_token: str) -> Payment:
    """Return what `payments` says of the payment of an order.

    Raises `Undone`, and the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    return await payments.authorise(order_id, amount_cents, card_token)
