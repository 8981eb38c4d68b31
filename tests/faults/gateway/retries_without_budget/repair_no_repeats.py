"""Asks once, within the caller's time, and leaves it to others to ask again."""

from services.chassis import deadline
from services.gateway.clients import Json, Orders


async def place(orders: Orders, order: Json, key: str) -> Json:
    """Have `order` placed under `key`, and return it.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    return await orders.once(1, deadline.bounded_s(5.0)).place(order, key)
