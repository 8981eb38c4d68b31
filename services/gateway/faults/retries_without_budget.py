"""The order service falters for a moment, and each checkout is sent three times: what falters is asked for more.

Cause: a checkout that got no answer is sent again at once, three times in all, whoever else does the same and however
many have just failed. Each attempt has a third of the customer's time, which is less than an order takes on a bad day:
what was begun is given up, and begun again. Neither breaker nor slots are asked.

Repair: repeat in one place of the way, and no more than a small share of all calls; stop asking what fails again and
again. One attempt that has the whole of the customer's time is no bad repair: whoever gets no answer can ask again.

Plain: placing.place
"""

from typing import Protocol

from services.chassis.errors import NeighbourUnavailable
from services.chassis.fault import Fault
from services.gateway.clients import Json, Orders

ATTEMPTS = 3
ATTEMPT_S = 1.6


class Placing(Protocol):
    """Hands orders to the order service."""

    async def __call__(self, orders: Orders, order: Json, key: str) -> Json:
        """Have `order` placed under `key`, and return it.

        Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
        """


async def faulty(orders: Orders, order: Json, key: str) -> Json:
    """Ask three times."""
    for attempt in range(1, ATTEMPTS):
        try:
            return await orders.once(attempt, ATTEMPT_S).place(order, key)
        except NeighbourUnavailable:
            continue
    return await orders.once(ATTEMPTS, ATTEMPT_S).place(order, key)


async def fixed(orders: Orders, order: Json, key: str) -> Json:
    """Leave it to the neighbour, whose breaker ends what leads nowhere."""
    return await orders.place(order, key)


few_retries = Fault[Placing](__name__, faulty, fixed)
