"""Answers at once with what is known, and goes on asking the network in the background."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from services.chassis import deadline
from services.payment.domain import Payment
from services.payment.errors import NO_ANSWER

SHORTLY_S = 0.3

log = structlog.get_logger()
under_way: set[asyncio.Future[Payment]] = set()


async def answer_for(
    payment: Payment, settle: Callable[[Payment], Awaitable[Payment]], find: Callable[[str], Awaitable[Payment]]
) -> Payment:
    """Give the network a moment; what it says later is stored by then."""
    left = deadline.remaining_s()
    asking = asyncio.ensure_future(settle(payment))
    under_way.add(asking)
    asking.add_done_callback(_heard)
    await asyncio.wait({asking}, timeout=SHORTLY_S if left is None else min(SHORTLY_S, left / 2))
    if not asking.done() or isinstance(asking.exception(), NO_ANSWER):
        return await find(payment.order_id)
    return asking.result()


def _heard(asking: asyncio.Future[Payment]) -> None:
    under_way.discard(asking)
    if not asking.cancelled() and (error := asking.exception()) is not None:
        log.warning("payment.unheard", reason=str(error))
