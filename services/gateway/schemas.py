"""What crosses the public wire. Money is integer cents EUR, tax included; moments are RFC 3339, UTC."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.gateway import examples
from services.gateway.domain import Availability

Sku = Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,32}$", description="stock keeping unit")]
OrderId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="order id, 32 hexadecimal digits")]
CustomerId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$", description="customer id")]
Cents = Annotated[int, Field(description="cents EUR")]
Quantity = Annotated[int, Field(ge=1, le=99, description="units")]
TaxPercent = Annotated[int, Field(ge=0, le=100, description="tax contained in the price, percent")]
UnitPrice = Annotated[int, Field(ge=0, description="price of one unit, cents EUR, tax included")]


def _like(example: examples.Example) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [dict(example)]})


class Line(BaseModel):
    """Units of one product."""

    model_config = _like(examples.LINE)

    sku: Sku
    quantity: Quantity


def _distinct(lines: list[Line]) -> list[Line]:
    if len({line.sku for line in lines}) < len(lines):
        raise ValueError("a SKU stands on more than one line; add the quantities up")
    return lines


class Checkout(BaseModel):
    """What a customer buys, and the card it is paid with."""

    model_config = _like(examples.CHECKOUT)

    customer_id: CustomerId
    lines: Annotated[
        list[Line], Field(min_length=1, max_length=20, description="each SKU once"), AfterValidator(_distinct)
    ]
    card_token: str = Field(pattern=r"^[\x21-\x7e]{1,64}$", description="the card, as the card network's form named it")


class Product(BaseModel):
    """A product and how much of it there is."""

    model_config = _like(examples.PRODUCT)

    sku: Sku
    name: str
    description: str
    price_cents: UnitPrice
    tax_percent: TaxPercent
    available: int = Field(ge=0, description="units that could be bought at `as_of`")
    as_of: datetime = Field(description="when the stock was read")
    lead_time_days: int | None = Field(
        None, description="within how many days more can be had; null while that is not known"
    )
    availability: Availability = Field(
        description="`confirmed`, or `being-confirmed` when the stock cannot be read now and `as_of` lies further back"
    )


class Products(BaseModel):
    """Everything on sale."""

    model_config = _like({"products": [examples.PRODUCT]})

    products: list[Product]


class OrderLine(BaseModel):
    """Units of one product, at the price they were bought at."""

    model_config = _like(examples.ORDER_LINE)

    sku: Sku
    name: str
    quantity: Quantity
    unit_price_cents: UnitPrice
    tax_percent: TaxPercent


OrderStatus = Literal[
    "placing", "confirmed", "payment_pending", "declined", "rejected", "abandoned", "fulfilled", "cancelled"
]


class Order(BaseModel):
    """An order as it stands."""

    model_config = _like(examples.ORDER)

    order_id: OrderId
    customer_id: CustomerId
    status: OrderStatus
    needs_review: bool = Field(description="taken while stock could not be read; it is checked before it is shipped")
    lines: list[OrderLine]
    discount_cents: Cents = Field(ge=0, description="cents EUR taken off the sum of the lines")
    total_cents: Cents = Field(ge=0, description="cents EUR to pay, tax included, discount taken off")
    currency: Literal["EUR"]
    placed_at: datetime


class Orders(BaseModel):
    """A page of a customer's orders, latest first."""

    model_config = _like({"orders": [examples.ORDER], "next_before": None})

    orders: list[Order]
    next_before: str | None = Field(description="`before` of the next page; null on the last one")


class InvoiceLine(BaseModel):
    """One line of an invoice. Cents EUR; `gross` before the discount, `total` = `net` + `tax` after it."""

    model_config = _like(examples.INVOICE_LINE)

    sku: Sku
    name: str
    quantity: Quantity
    gross_cents: Cents
    discount_cents: Cents
    net_cents: Cents
    tax_cents: Cents
    tax_percent: TaxPercent
    total_cents: Cents


class Invoice(BaseModel):
    """An invoice. Cents EUR; `total` = `net` + `tax`, the discount taken off."""

    model_config = _like(examples.INVOICE)

    invoice_number: str
    order_id: OrderId
    customer_id: CustomerId
    issued_at: datetime
    status: Literal["issued", "credited"]
    lines: list[InvoiceLine]
    net_cents: Cents
    tax_cents: Cents
    discount_cents: Cents
    total_cents: Cents


class Invoices(BaseModel):
    """A customer's invoices, latest first."""

    model_config = _like({"invoices": [examples.INVOICE]})

    invoices: list[Invoice]
