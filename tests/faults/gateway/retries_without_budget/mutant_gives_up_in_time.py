"""Stops when the caller's time is over, and asks as often as before until then."""

from services.chassis import deadline
from services.chassis.errors import NeighbourUnavailable
from services.gateway.clients import Json, Orders


async def place(orders: Orders, order: Json, key: str) -> Json:
    """Have `order` placed under `key`, and return it.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    for attempt in (1, 2):
        try:
            return await orders.once(attempt, deadline.bounded_s(5.0)).place(order, key)
        except NeighbourUnavailable:
            continue
    return await orders.once(3, deadline.bounded_s(5.0)).place(order, key)
