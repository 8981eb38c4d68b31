"""Repeats what has had no answer in time, and not what is refused."""

from services.chassis import deadline
from services.chassis.errors import NeighbourTimedOut
from services.gateway.clients import Json, Orders


async def place(orders: Orders, order: Json, key: str) -> Json:
    """Have `order` placed under `key`, and return it.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    for attempt in (1, 2):
        try:
            return await orders.once(attempt, deadline.bounded_s(5.0)).place(order, key)
        except NeighbourTimedOut:
            continue
    return await orders.once(3, deadline.bounded_s(5.0)).place(order, key)
