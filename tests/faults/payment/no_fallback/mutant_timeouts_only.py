"""Waits out a network that is silent; one that refuses or hangs up is still an error."""

from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.errors import DeadlineExceeded, NeighbourTimedOut, ServiceError
from services.payment.domain import Payment
from services.payment.errors import NO_ANSWER


class PaymentFailed(ServiceError):
    """The payment could not be made."""

    status, code, title = 402, "payment-failed", "Payment failed"


async def answer_for(
    payment: Payment, settle: Callable[[Payment], Awaitable[Payment]], find: Callable[[str], Awaitable[Payment]]
) -> Payment:
    """A part of it."""
    try:
        with deadline.keeping(0.05):
            return await settle(payment)
    except (NeighbourTimedOut, DeadlineExceeded):
        return await find(payment.order_id)
    except NO_ANSWER as error:
        raise PaymentFailed("The network is away.") from error
