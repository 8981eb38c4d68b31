"""Tries five times before it gives up just the same."""

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis.errors import ServiceError
from services.payment.domain import Payment
from services.payment.errors import NO_ANSWER


class PaymentFailed(ServiceError):
    """The payment could not be made."""

    status, code, title = 402, "payment-failed", "Payment failed"


async def answer_for(
    payment: Payment, settle: Callable[[Payment], Awaitable[Payment]], find: Callable[[str], Awaitable[Payment]]
) -> Payment:
    """Ask again and again."""
    for _ in range(5):
        try:
            return await settle(payment)
        except NO_ANSWER:
            await asyncio.sleep(0.02)
    raise PaymentFailed("It failed five times.")
