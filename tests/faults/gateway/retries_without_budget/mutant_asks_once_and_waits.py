"""Asks once, and waits for as long as that takes."""

from services.gateway.clients import Json, Orders


async def place(orders: Orders, order: Json, key: str) -> Json:
    """Have `order` placed under `key`, and return it.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    return await orders.once(1, 60.0).place(order, key)
