"""Stops asking after eight failures, and never begins again."""

from services.chassis import deadline
from services.chassis.errors import NeighbourUnavailable
from services.order.clients import Payment, Payments

FAILED: list[int] = []


async def authorise(payments: Payments, order_id: str, amount_cents: int, card_token: str) -> Payment:
    """Return what `payments` says of the payment of an order.

    Raises `Undone`, and the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    if len(FAILED) >= 8:
        raise NeighbourUnavailable("payment-service", "it has failed too often")
    try:
        return await payments.once(1, deadline.bounded_s(1.2)).authorise(order_id, amount_cents, card_token)
    except NeighbourUnavailable:
        FAILED.append(1)
        raise
