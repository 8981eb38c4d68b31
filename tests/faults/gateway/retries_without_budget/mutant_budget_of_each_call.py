"""Has a budget for repeats, and a new one for each call."""

from services.chassis import deadline
from services.chassis.errors import NeighbourUnavailable
from services.gateway.clients import Json, Orders


async def place(orders: Orders, order: Json, key: str) -> Json:
    """Have `order` placed under `key`, and return it.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    left = 2
    while True:
        try:
            return await orders.once(1, deadline.bounded_s(5.0)).place(order, key)
        except NeighbourUnavailable:
            if left == 0:
                raise
            left -= 1
