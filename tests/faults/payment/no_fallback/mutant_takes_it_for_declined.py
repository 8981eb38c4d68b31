"""Answers 200, but with `declined`: a refusal that nobody has uttered."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from services.chassis import deadline
from services.payment.domain import Payment, State
from services.payment.errors import NO_ANSWER


async def answer_for(
    payment: Payment, settle: Callable[[Payment], Awaitable[Payment]], find: Callable[[str], Awaitable[Payment]]
) -> Payment:
    """Call it declined."""
    try:
        with deadline.keeping(0.05):
            return await settle(payment)
    except NO_ANSWER:
        return replace(payment, state=State.DECLINED)
