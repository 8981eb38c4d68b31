"""Answers with the payment as it is stored when the network cannot be asked."""

from collections.abc import Awaitable, Callable

import structlog

from services.chassis import deadline
from services.payment.domain import Payment
from services.payment.errors import NO_ANSWER

log = structlog.get_logger()


async def answer_for(
    payment: Payment, settle: Callable[[Payment], Awaitable[Payment]], find: Callable[[str], Awaitable[Payment]]
) -> Payment:
    """Have `settle` do it, or tell where the payment stands."""
    try:
        with deadline.keeping(0.05):
            return await settle(payment)
    except NO_ANSWER as error:
        log.warning("payment.waits", order_id=payment.order_id, reason=error.detail)
    return await find(payment.order_id)
