"""Payment falters for a moment, and each order is asked for three times: what falters is asked for more.

Cause: a call to payment that got no answer is made again at once, three times in all, whoever else does the same and
however many have just failed. Neither breaker nor slots nor the caller's time are asked: an order is worked at when the
customer has long given up, and then thrown away.

Repair: repeat in one place of the way, and no more than a small share of all calls; stop asking what fails again and
again, and stop when the caller's time is over. An order can be taken without an answer: the worker asks again.

Plain: authorising.authorise
"""

from typing import Protocol

from services.chassis.errors import NeighbourUnavailable
from services.chassis.fault import Fault
from services.order.clients import Payment, Payments

ATTEMPTS = 3


class Authorising(Protocol):
    """Has the payments of orders authorised."""

    async def __call__(self, payments: Payments, order_id: str, amount_cents: int, card_token: str) -> Payment:
        """Return what `payments` says of the payment of an order.

        Raises `Undone`, and the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
        """


async def faulty(payments: Payments, order_id: str, amount_cents: int, card_token: str) -> Payment:
    """Ask three times."""
    for attempt in range(1, ATTEMPTS):
        try:
            return await payments.once(attempt).authorise(order_id, amount_cents, card_token)
        except NeighbourUnavailable:
            continue
    return await payments.once(ATTEMPTS).authorise(order_id, amount_cents, card_token)


async def fixed(payments: Payments, order_id: str, amount_cents: int, card_token: str) -> Payment:
    """Leave it to the neighbour, whose breaker ends what leads nowhere."""
    return await payments.authorise(order_id, amount_cents, card_token)


few_retries = Fault[Authorising](__name__, faulty, fixed)
