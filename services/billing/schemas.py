"""What crosses the wire. Money is integer cents EUR; gross means tax included."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from services.billing.domain import IssuedInvoice, Order, OrderLine, Status
from services.billing.storage.sums import State

Cents = Annotated[int, Field(ge=0, le=10**12)]


class EventLine(BaseModel):
    """One line of an order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: str = Field(pattern=r"^[A-Z0-9-]{1,32}$", description="article")
    name: str = Field(max_length=200, description="what the article is called on the invoice")
    quantity: int = Field(ge=1, le=99, description="units")
    unit_price_cents: Cents = Field(description="price of one unit, gross")
    tax_percent: int = Field(ge=0, le=100, description="tax rate, percent of the net price")


class OrderEvent(BaseModel):
    """Something that happened to an order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_id: str = Field(min_length=1, max_length=64, description="the same whenever the event is sent again")
    type: Literal["order.placed", "order.cancelled"]
    order_id: str = Field(pattern=r"^[0-9a-f]{32}$", description="order, UUID in hexadecimal")
    customer_id: str = Field(pattern=r"^[a-z0-9-]{1,40}$", description="customer")
    occurred_at: AwareDatetime = Field(description="when it happened, RFC 3339")
    lines: tuple[EventLine, ...] = Field(min_length=1, max_length=20, description="what was ordered")
    discount_cents: Cents = Field(description="granted on the whole order, gross")
    total_cents: Cents = Field(description="to be paid: all lines less the discount, gross")

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        gross = sum(line.quantity * line.unit_price_cents for line in self.lines)
        if self.total_cents != gross - self.discount_cents:
            raise ValueError(f"total_cents is not {gross} (all lines) less {self.discount_cents} (discount_cents)")
        return self

    def order(self) -> Order:
        """Return the order that this is about."""
        lines = [OrderLine(**dict(line)) for line in self.lines]
        return Order(self.order_id, self.customer_id, lines, self.discount_cents)


class InvoiceLineView(BaseModel):
    """One line of an invoice: gross less discount is the total, and so is net and tax."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    sku: str
    name: str
    quantity: int = Field(description="units")
    gross_cents: int = Field(description="list price of the line, gross")
    discount_cents: int = Field(description="this line's part of the order's discount, gross")
    net_cents: int = Field(description="paid, without tax")
    tax_cents: int = Field(description="the tax in what is paid")
    tax_percent: int = Field(description="tax rate, percent of the net price")
    total_cents: int = Field(description="paid, gross")


class InvoiceView(BaseModel):
    """The invoice of one order; its sums are the sums of its lines."""

    model_config = ConfigDict(frozen=True)

    invoice_number: str = Field(description="without gaps within a month", examples=["2025-11-000042"])
    order_id: str
    customer_id: str
    issued_at: AwareDatetime
    status: Literal["issued", "credited"] = Field(description="`credited`: the order was cancelled afterwards")
    lines: tuple[InvoiceLineView, ...]
    net_cents: int = Field(description="paid, without tax")
    tax_cents: int = Field(description="the tax in what is paid")
    discount_cents: int = Field(description="granted, gross")
    total_cents: int = Field(description="paid, gross")

    @classmethod
    def of(cls, issued: IssuedInvoice) -> Self:
        """Return what is shown of an invoice."""
        invoice = issued.invoice
        return cls(
            invoice_number=issued.invoice_number,
            order_id=invoice.order_id,
            customer_id=invoice.customer_id,
            issued_at=issued.issued_at,
            status="credited" if issued.status is Status.CREDITED else "issued",
            lines=tuple(InvoiceLineView.model_validate(line) for line in invoice.lines),
            net_cents=invoice.net_cents,
            tax_cents=invoice.tax_cents,
            discount_cents=invoice.discount_cents,
            total_cents=invoice.total_cents,
        )


class Refusal(BaseModel):
    """The order was cancelled before it was invoiced: nothing was posted, and nothing will be."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    status: Literal["refused"] = "refused"


class CustomerInvoices(BaseModel):
    """A customer's latest invoices, newest first."""

    model_config = ConfigDict(frozen=True)

    invoices: list[InvoiceView]


class AccountView(BaseModel):
    """One account. Debits are positive, credits negative."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    account: str
    running_cents: int = Field(description="total that is kept running")
    entries_cents: int = Field(description="sum of all entries")


class LedgerView(BaseModel):
    """The accounts, and how far running totals and entries are apart."""

    model_config = ConfigDict(frozen=True)

    accounts: list[AccountView]
    drift_cents: int = Field(description="running totals and entries apart, absolute, over all accounts")
    balanced: bool = Field(description="no drift, and debits equal credits")

    @classmethod
    def of(cls, state: State) -> Self:
        """Return what is shown of the ledger."""
        accounts = [AccountView.model_validate(balance) for balance in state.balances]
        balanced = state.drift_cents == 0 and sum(account.entries_cents for account in accounts) == 0
        return cls(accounts=accounts, drift_cents=state.drift_cents, balanced=balanced)
