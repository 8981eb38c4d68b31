"""Repeats a tenth of all calls at most, within the caller's time."""

from services.chassis import deadline
from services.chassis.errors import NeighbourUnavailable
from services.order.clients import Payment, Payments


class _Budget:
    """Repeats that may be made: a tenth of all calls, and five at once."""

    def __init__(self) -> None:
        self._left = 5.0

    def earn(self) -> None:
        """Count a call."""
        self._left = min(5.0, self._left + 0.1)

    def spend(self) -> bool:
        """Take one repeat, if there is one."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


BUDGET = _Budget()


async def authorise(payments: Payments, order_id: str, amount_cents: int, card_token: str) -> Payment:
    """Return what `payments` says of the payment of an order.

    Raises `Undone`, and the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    BUDGET.earn()
    try:
        return await payments.once(1, deadline.bounded_s(1.2)).authorise(order_id, amount_cents, card_token)
    except NeighbourUnavailable:
        if not BUDGET.spend():
            raise
    return await payments.once(2, deadline.bounded_s(1.2)).authorise(order_id, amount_cents, card_token)
