"""Pauses before it asks again, longer each time, and asks as often as before."""

import asyncio

from services.chassis.errors import NeighbourUnavailable
from services.order.clients import Payment, Payments


async def authorise(payments: Payments, order_id: str, amount_cents: int, card_token: str) -> Payment:
    """Return what `payments` says of the payment of an order.

    Raises `Undone`, and the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    for attempt in (1, 2):
        try:
            return await payments.once(attempt).authorise(order_id, amount_cents, card_token)
        except NeighbourUnavailable:
            await asyncio.sleep(0.015 * attempt)
    return await payments.once(3).authorise(order_id, amount_cents, card_token)
