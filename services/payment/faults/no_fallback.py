"""Without the card network nothing is sold: that it cannot be asked is told as if the payment had been refused.

Cause: who asks for a payment gets the network's answer or an error, and the error is one that says no. A checkout
cannot tell it from a refusal: the order is lost, though nobody has turned the card down. Captures that were to be asked
for again are taken to be hopeless, and are given up.

Repair: that the network cannot be asked is an answer of its own, "not yet": the payment is known, nothing is lost, and
it is completed under the same key when somebody asks again.

Plain: answering.answer_for
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from services.chassis import deadline
from services.chassis.errors import ServiceError
from services.chassis.fault import Fault
from services.payment.domain import Payment
from services.payment.errors import NO_ANSWER

ANSWER_S = 0.05
"""Kept of the caller's time, to say how it went while somebody still listens."""

Settle = Callable[[Payment], Awaitable[Payment]]
Find = Callable[[str], Awaitable[Payment]]

log = structlog.get_logger()


class Answering(Protocol):
    """Answers whoever asks for a payment."""

    async def __call__(self, payment: Payment, settle: Settle, find: Find) -> Payment:
        """Have `settle` do at the card network what `payment` asks for; `find` returns a payment as it is stored.

        `settle` raises what is in `NO_ANSWER` when the card network cannot be asked.
        """


class PaymentFailed(ServiceError):
    """The payment could not be made."""

    status, code, title = 402, "payment-failed", "Payment failed"


async def faulty(payment: Payment, settle: Settle, find: Find) -> Payment:
    """Have no answer but the network's."""
    try:
        with deadline.keeping(ANSWER_S):
            return await settle(payment)
    except NO_ANSWER as error:
        known = await find(payment.order_id)
        log.warning("payment.failed", order_id=known.order_id, state=known.state, reason=error.detail)
        raise PaymentFailed(f"The payment of order {known.order_id} failed.") from error


async def fixed(payment: Payment, settle: Settle, find: Find) -> Payment:
    """Without the network the answer is where the payment stands."""
    try:
        with deadline.keeping(ANSWER_S):
            return await settle(payment)
    except NO_ANSWER as error:
        log.warning("payment.postponed", order_id=payment.order_id, state=payment.state, reason=error.detail)
        return await find(payment.order_id)


answer_whatever_comes = Fault[Answering](__name__, faulty, fixed)
