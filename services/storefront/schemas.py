"""What crosses the wire: forms from browsers, answers from the platform. Money in cents EUR, moments in UTC."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.storefront.domain import MOST_LINES

Sku = Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,32}$")]
OrderId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
CustomerId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
Units = Annotated[int, Field(ge=1, le=99)]
CardToken = Annotated[str, Field(pattern=r"^card-[0-9]{4}$")]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SignInForm(_Form):
    """Who the visitor wants to be, and where they were going."""

    customer_id: CustomerId
    onward: str = Field("/", max_length=200)


class PickForm(_Form):
    """A product and how many of it. The form also buys at once; what it takes to buy is of no interest here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sku: Sku
    quantity: Units


class LinesForm(_Form):
    """Products and how many of each: as many quantities as SKUs. None of one takes it out of the basket."""

    sku: list[Sku] = Field(default_factory=list, max_length=MOST_LINES)
    quantity: list[Annotated[int, Field(ge=0, le=99)]] = Field(default_factory=list, max_length=MOST_LINES)

    def lines(self) -> list[tuple[str, int]]:
        """Return pairs of SKU and units."""
        return list(zip(self.sku, self.quantity, strict=False))


def _distinct(skus: list[str]) -> list[str]:
    if len(set(skus)) < len(skus):
        raise ValueError("a product stands there twice")
    return skus


class PurchaseForm(_Form):
    """A purchase. Sent twice it is one purchase: the key tells."""

    sku: Annotated[list[Sku], Field(min_length=1, max_length=MOST_LINES), AfterValidator(_distinct)]
    quantity: list[Units] = Field(min_length=1, max_length=MOST_LINES)
    card_token: CardToken
    idempotency_key: str = Field(pattern=r"^[0-9a-f]{32}$")
    page: Literal["product", "basket", "orders"] = "product"
    """Where to go on if it turns out that nobody is signed in."""

    def lines(self) -> list[tuple[str, int]]:
        """Return pairs of SKU and units."""
        return list(zip(self.sku, self.quantity, strict=False))

    def onward(self) -> str:
        """Return the page that offers this purchase again, as it was chosen (see `Chosen`)."""
        if self.page == "orders":
            return "/orders"
        if self.page == "basket" or len(self.sku) > 1:
            return f"/basket?card_token={self.card_token}"
        return f"/products/{self.sku[0]}?quantity={self.quantity[0]}&card_token={self.card_token}"


class Chosen(BaseModel):
    """What was chosen before signing in, in the query of the page to come back to. It fills in a form, no more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    quantity: Units = 1
    card_token: CardToken | None = None


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Product(_Told):
    """A product as the platform tells it."""

    sku: str
    name: str
    description: str
    price_cents: int
    tax_percent: int
    available: int
    as_of: datetime
    availability: str
    lead_time_days: int | None = None

    @property
    def confirmed(self) -> bool:
        """Whether the platform could read the stock."""
        return self.availability == "confirmed"


class OrderLine(_Told):
    """Units of one product in an order."""

    sku: str
    name: str
    quantity: int
    unit_price_cents: int


class Order(_Told):
    """An order as the platform tells it."""

    order_id: str
    customer_id: str
    status: str
    needs_review: bool
    lines: list[OrderLine]
    discount_cents: int
    total_cents: int
    placed_at: datetime


class InvoiceLine(_Told):
    """One line of an invoice."""

    name: str
    quantity: int
    total_cents: int
    tax_percent: int


class Invoice(_Told):
    """An invoice as the platform tells it."""

    invoice_number: str
    order_id: str
    issued_at: datetime
    status: str
    lines: list[InvoiceLine]
    net_cents: int
    tax_cents: int
    discount_cents: int
    total_cents: int


class Products(_Told):
    """Everything on sale."""

    products: list[Product]


class Orders(_Told):
    """A page of a customer's orders, latest first."""

    orders: list[Order]
    next_before: str | None = None
    """Where the next page begins; None on the last."""


class Invoices(_Told):
    """A customer's latest invoices."""

    invoices: list[Invoice]
