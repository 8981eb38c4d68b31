"""Lets authorisations wait; a capture that cannot be asked for is still an error."""

from collections.abc import Awaitable, Callable

from services.chassis import deadline
from services.chassis.errors import ServiceError
from services.payment.domain import Payment, State
from services.payment.errors import NO_ANSWER


class PaymentFailed(ServiceError):
    """The payment could not be made."""

    status, code, title = 402, "payment-failed", "Payment failed"


async def answer_for(
    payment: Payment, settle: Callable[[Payment], Awaitable[Payment]], find: Callable[[str], Awaitable[Payment]]
) -> Payment:
    """Half of it."""
    try:
        with deadline.keeping(0.05):
            return await settle(payment)
    except NO_ANSWER as error:
        if payment.state is State.PENDING:
            return await find(payment.order_id)
        raise PaymentFailed("The money could not be taken.") from error
