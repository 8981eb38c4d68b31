"""HTTP in, HTTP out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from services.chassis.errors import NeighbourTimedOut, NeighbourUnavailable
from services.chassis.problems import problems
from services.payment.errors import AmountConflict, CardConflict, UnknownPayment
from services.payment.operations import Operations
from services.payment.schemas import OrderId, PaymentAnswer, PaymentRequest

router = APIRouter(prefix="/payments", tags=["payments"])


async def operations(request: Request) -> Operations:
    """Return what this service can do."""
    found: Operations = request.app.state.operations
    return found


Payments = Annotated[Operations, Depends(operations)]


@router.put("/{order_id}", summary="Hold the money for an order", responses=problems(AmountConflict, CardConflict))
async def authorise(order_id: OrderId, asked: PaymentRequest, payments: Payments) -> PaymentAnswer:
    """Idempotent. Without the card network the answer is `pending`, not an error; capturing completes it later."""
    return PaymentAnswer.of(await payments.authorise(order_id, asked.amount_cents, asked.card_token))


@router.post(
    "/{order_id}/capture", summary="Take the money for an order", responses=problems(AmountConflict, CardConflict)
)
async def capture(order_id: OrderId, asked: PaymentRequest, payments: Payments) -> PaymentAnswer:
    """Idempotent: an order is charged once. Without the card network the answer is `pending`: ask again later."""
    return PaymentAnswer.of(await payments.capture(order_id, asked.amount_cents, asked.card_token))


@router.post(
    "/{order_id}/cancel",
    summary="Give back what was held or taken for an order",
    responses=problems(NeighbourUnavailable, NeighbourTimedOut),
)
async def cancel(order_id: OrderId, payments: Payments) -> PaymentAnswer:
    """Idempotent, and final: an unknown order cannot be paid afterwards either. An error means not yet, never not."""
    return PaymentAnswer.of(await payments.cancel(order_id))


@router.get("/{order_id}", summary="Where the payment of an order stands", responses=problems(UnknownPayment))
async def find(order_id: OrderId, payments: Payments) -> PaymentAnswer:
    """As this service knows it; the card network is not asked."""
    return PaymentAnswer.of(await payments.tell(order_id))
