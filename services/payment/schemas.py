"""What crosses the wire. All money in integer cents EUR."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from services.payment.domain import Payment, Status

OrderId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$", description="the order that is paid for")]


class PaymentRequest(BaseModel):
    """How an order is to be paid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_cents: int = Field(gt=0, le=100_000_000, description="cents EUR, tax included")
    card_token: str = Field(min_length=1, max_length=64, description="stands for the customer's card")


class PaymentAnswer(BaseModel):
    """Where the payment of an order stands."""

    order_id: str
    status: Status = Field(
        description="pending: the card network could not be asked yet, nothing is known, ask again later; "
        "authorised: the money is held; captured: it was taken; declined: it was refused; "
        "cancelled: nothing was or will be taken; refunded: it was taken and given back"
    )
    amount_cents: int = Field(description="cents EUR; 0 when it was cancelled before anybody said how much")
    settled: bool = Field(description="false while the card network has yet to do what this status says")

    @classmethod
    def of(cls, payment: Payment) -> Self:
        """Tell `payment`."""
        return cls(
            order_id=payment.order_id,
            status=payment.status,
            amount_cents=payment.amount_cents,
            settled=payment.is_settled,
        )
