"""Leaves it to the neighbour, which has slots, a breaker, and repeats within the caller's time."""

from services.gateway.clients import Json, Orders


async def place(orders: Orders, order: Json, key: str) -> Json:
    """Have `order` placed under `key`, and return it.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    return await orders.place(order, key)
