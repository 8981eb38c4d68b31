"""What crosses the wire. Money is integer cents EUR, tax included; moments are RFC 3339, UTC."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.inventory.domain import State

EXAMPLE_LINE = {"sku": "MUG-STONE-350", "quantity": 2}
EXAMPLE_OFFER = {
    "sku": "MUG-STONE-350",
    "name": "Stoneware mug, 350 ml",
    "description": "Hand-glazed, dishwasher safe, each one a little different.",
    "price_cents": 1490,
    "tax_percent": 20,
    "available": 7998,
    "as_of": "2026-03-01T03:00:00.125Z",
    "lead_time_days": 4,
}
EXAMPLE_RESERVED = {
    "sku": "MUG-STONE-350",
    "name": "Stoneware mug, 350 ml",
    "quantity": 2,
    "unit_price_cents": 1490,
    "tax_percent": 20,
}

Sku = Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,32}$", description="stock keeping unit")]
OrderId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="order id, 32 hexadecimal digits")]
PriceCents = Annotated[int, Field(ge=0, description="price of one unit, cents EUR, tax included")]
TaxPercent = Annotated[int, Field(ge=0, le=100, description="tax contained in the price, percent")]


def _model(example: Any) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [example]})


class Line(BaseModel):
    """Units of one product."""

    model_config = _model(EXAMPLE_LINE)

    sku: Sku
    quantity: int = Field(ge=1, le=99, description="units")


def _distinct(lines: list[Line]) -> list[Line]:
    if len({line.sku for line in lines}) < len(lines):
        raise ValueError("a SKU stands on more than one line; add the quantities up")
    return lines


class ReservationRequest(BaseModel):
    """What an order needs; each SKU once."""

    model_config = _model({"lines": [EXAMPLE_LINE]})

    lines: Annotated[list[Line], Field(min_length=1, max_length=20), AfterValidator(_distinct)]

    def quantities(self) -> dict[str, int]:
        """Return units by SKU."""
        return {line.sku: line.quantity for line in self.lines}


class Offer(BaseModel):
    """A product and how much of it there is."""

    model_config = _model(EXAMPLE_OFFER)

    sku: Sku
    name: str
    description: str
    price_cents: PriceCents
    tax_percent: TaxPercent
    available: int = Field(ge=0, description="units that could be reserved at `as_of`")
    as_of: datetime = Field(description="when the stock was read")
    lead_time_days: int | None = Field(
        description="within how many days the supplier delivers more; null while that is not known"
    )


class Offers(BaseModel):
    """Everything on sale, by SKU."""

    model_config = _model({"products": [EXAMPLE_OFFER]})

    products: list[Offer]


class ReservedLine(BaseModel):
    """Units promised, at the price of the moment they were reserved."""

    model_config = _model(EXAMPLE_RESERVED)

    sku: Sku
    name: str
    quantity: int = Field(ge=1, description="units")
    unit_price_cents: PriceCents
    tax_percent: TaxPercent


class Reservation(BaseModel):
    """What is promised to an order."""

    model_config = _model(
        {"order_id": "3f2b8c1d9e4a4f6b8d7c5a1e0f9b2c3d", "state": "held", "lines": [EXAMPLE_RESERVED]}
    )

    order_id: OrderId
    state: State = Field(description="held, committed (left the house) or released (given back)")
    lines: list[ReservedLine] = Field(description="empty when the order was released before it had reserved anything")
