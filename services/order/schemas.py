"""What crosses the wire. Money is integer cents EUR, tax included; moments are RFC 3339, UTC."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.order.domain import CURRENCY, Order, Settlement, Status, Wanted, WantedLine

EXAMPLE_LINE = {"sku": "MUG-STONE-350", "quantity": 2}
EXAMPLE_PRICED = {**EXAMPLE_LINE, "name": "Stoneware mug, 350 ml", "unit_price_cents": 1490, "tax_percent": 20}
EXAMPLE_ORDER = {
    "order_id": "3f2b8c1d9e4a4f6b8d7c5a1e0f9b2c3d",
    "customer_id": "customer-17",
    "status": "confirmed",
    "needs_review": False,
    "lines": [EXAMPLE_PRICED],
    "discount_cents": 0,
    "total_cents": 2980,
    "currency": "EUR",
    "placed_at": "2026-03-01T03:00:00.125000Z",
}

Sku = Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,32}$", description="stock keeping unit")]
OrderId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="order id, 32 hexadecimal digits")]
CustomerId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$", description="customer id")]
CardToken = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$", description="stands for the card; no card number")]
Units = Annotated[int, Field(ge=1, le=99, description="units")]


def _model(example: Any) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [example]})


class Line(BaseModel):
    """Units of one product."""

    model_config = _model(EXAMPLE_LINE)

    sku: Sku
    quantity: Units


def _distinct(lines: list[Line]) -> list[Line]:
    if len({line.sku for line in lines}) < len(lines):
        raise ValueError("a SKU stands on more than one line; add the quantities up")
    return lines


class CheckoutRequest(BaseModel):
    """What a customer orders; each SKU once."""

    model_config = _model({"customer_id": "customer-17", "lines": [EXAMPLE_LINE], "card_token": "tok-4242"})

    customer_id: CustomerId
    lines: Annotated[list[Line], Field(min_length=1, max_length=20), AfterValidator(_distinct)]
    card_token: CardToken

    def wanted(self) -> Wanted:
        """Return the request in terms of the domain."""
        lines = tuple(WantedLine(line.sku, line.quantity) for line in self.lines)
        return Wanted(self.customer_id, lines, self.card_token)


class SettlementRequest(BaseModel):
    """How carrying out an order ended."""

    model_config = _model({"outcome": "paid"})

    outcome: Settlement = Field(description="paid, declined, or out-of-stock (found when the stock was asked late)")


class PricedLine(BaseModel):
    """Units of one product at the price of the order."""

    model_config = _model(EXAMPLE_PRICED)

    sku: Sku
    name: str
    quantity: Units
    unit_price_cents: int = Field(ge=0, description="price of one unit, cents EUR, tax included")
    tax_percent: int = Field(ge=0, le=100, description="tax contained in the price, percent")


class OrderView(BaseModel):
    """An order."""

    model_config = _model(EXAMPLE_ORDER)

    order_id: OrderId
    customer_id: CustomerId
    status: Status = Field(
        description="placing → confirmed | payment_pending | declined | rejected | abandoned; "
        "confirmed | payment_pending → fulfilled | declined | cancelled; fulfilled → cancelled (a return)"
    )
    needs_review: bool = Field(description="taken without asking for stock, at the prices last known")
    lines: list[PricedLine] = Field(description="empty when the order was never priced")
    discount_cents: int = Field(ge=0, description="cents EUR, taken off the sum of the lines")
    total_cents: int = Field(ge=0, description="what the customer pays, cents EUR, tax included")
    currency: str = Field(description="EUR")
    placed_at: datetime = Field(description="when the order arrived")


class History(BaseModel):
    """Orders of a customer, latest first."""

    model_config = _model({"orders": [EXAMPLE_ORDER], "next_before": "40"})

    orders: list[OrderView]
    next_before: str | None = Field(description="pass as `before` for the next page; null when there is none")


def view(order: Order) -> dict[str, object]:
    """Return an order in the shape of `OrderView`."""
    return {
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "status": order.status,
        "needs_review": order.needs_review,
        "lines": [line.fields() for line in order.lines],
        "discount_cents": order.totals.discount_cents,
        "total_cents": order.totals.total_cents,
        "currency": CURRENCY,
        "placed_at": order.placed_at,
    }
