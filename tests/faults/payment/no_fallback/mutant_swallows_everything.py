"""Calls everything pending that goes wrong, nonsense included."""

from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.payment.domain import Payment


async def answer_for(
    payment: Payment, settle: Callable[[Payment], Awaitable[Payment]], find: Callable[[str], Awaitable[Payment]]
) -> Payment:
    """Let nothing through."""
    try:
        with deadline.keeping(0.05):
            return await settle(payment)
    except Exception:  # noqa: BLE001 -- that is what is wrong with it
        return await find(payment.order_id)
