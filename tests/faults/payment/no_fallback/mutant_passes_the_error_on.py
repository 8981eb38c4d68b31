"""Says 503 in place of 402, so that callers may try again; the order is still answered with an error."""

from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.payment.domain import Payment


async def answer_for(
    payment: Payment, settle: Callable[[Payment], Awaitable[Payment]], find: Callable[[str], Awaitable[Payment]]
) -> Payment:
    """Let the error through."""
    with deadline.keeping(0.05):
        return await settle(payment)
