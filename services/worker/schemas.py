"""What crosses the wire: the body of an order's event. Unknown members are left alone, so that it may grow."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.worker import domain


class Line(BaseModel):
    """Units of one product at the price of the order."""

    model_config = ConfigDict(frozen=True)

    sku: str = Field(pattern=r"^[A-Z0-9-]{1,32}$", description="stock keeping unit")
    name: str
    quantity: int = Field(ge=1, le=99, description="units")
    unit_price_cents: int = Field(ge=0, description="price of one unit, cents EUR, tax included")
    tax_percent: int = Field(ge=0, le=100, description="tax contained in the price, percent")


class OrderEvent(BaseModel):
    """Something that happened to an order."""

    model_config = ConfigDict(frozen=True)

    event_id: str = Field(min_length=1, description="the same for every delivery of this event")
    type: str = Field(description="order.placed or order.cancelled")
    order_id: str = Field(pattern=r"^[0-9a-f]{32}$", description="order id, 32 hexadecimal digits")
    customer_id: str = Field(pattern=r"^[a-z0-9-]{1,40}$", description="customer id")
    occurred_at: AwareDatetime = Field(description="when it happened")
    lines: tuple[Line, ...] = Field(max_length=20, description="empty when the order was never priced")
    discount_cents: int = Field(ge=0, description="cents EUR")
    total_cents: int = Field(ge=0, description="cents EUR, tax included")
    card_token: str = Field(min_length=1, description="stands for the card")
    needs_review: bool = Field(description="nobody has asked for the stock yet")

    def event(self) -> domain.OrderEvent:
        """Return the event in terms of the domain."""
        fields = {name: getattr(self, name) for name in type(self).model_fields if name != "lines"}
        return domain.OrderEvent(**fields, lines=tuple(domain.Line(**dict(line)) for line in self.lines))
