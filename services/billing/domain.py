"""Double entry: orders, invoices, postings. Money is integer cents EUR; debits are positive, credits negative."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Account(StrEnum):
    """Where money is, as billing sees it. Discounts and revenue are without tax."""

    CASH_IN_TRANSIT = "cash-in-transit"
    DISCOUNTS = "discounts"
    REVENUE = "revenue"
    TAX_PAYABLE = "tax-payable"


class Kind(StrEnum):
    """What a posting stands for."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"


class Status(StrEnum):
    """ISSUED --cancelled--> CREDITED. An order that was cancelled before it came here has no invoice: REFUSED."""

    ISSUED = "issued"
    CREDITED = "credited"
    REFUSED = "refused"


Amounts = Mapping[Account, int]
"""Account → cents. Those of a sound posting sum to zero."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """Units of one product at a price that includes tax."""

    sku: str
    name: str
    quantity: int
    unit_price_cents: int
    tax_percent: int

    @property
    def gross_cents(self) -> int:
        """List price of the line, tax included."""
        return self.quantity * self.unit_price_cents


@dataclass(frozen=True, slots=True)
class Order:
    """An order that was placed; `discount_cents` is granted on the whole of it, tax included."""

    order_id: str
    customer_id: str
    lines: Sequence[OrderLine]
    discount_cents: int

    @property
    def gross_cents(self) -> int:
        """List price of all lines, tax included."""
        return sum(line.gross_cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of an order, its discount granted and its tax split out.

    `net_cents` and `tax_cents` are what is paid; `net_discount_cents` is the part of the discount that is not tax.
    """

    sku: str
    name: str
    quantity: int
    tax_percent: int
    gross_cents: int
    discount_cents: int
    net_cents: int
    tax_cents: int
    net_discount_cents: int

    @property
    def total_cents(self) -> int:
        """What is paid for the line."""
        return self.net_cents + self.tax_cents


@dataclass(frozen=True, slots=True)
class Posting:
    """Amounts that are entered together."""

    order_id: str
    kind: Kind
    amounts: Amounts

    def reversed(self) -> "Posting":
        """Return the posting that undoes this one."""
        return Posting(self.order_id, Kind.CREDIT_NOTE, {account: -cents for account, cents in self.amounts.items()})

    def entries(self) -> Iterator[tuple[Account, int]]:
        """Return what is entered in the ledger; raise `ValueError` when it does not sum to zero."""
        if sum(self.amounts.values()) != 0:
            raise ValueError(f"the {self.kind} of order {self.order_id} does not balance: {dict(self.amounts)}")
        return ((account, cents) for account, cents in self.amounts.items() if cents)


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a customer is asked to pay for one order. Every sum is the sum of its lines."""

    order_id: str
    customer_id: str
    lines: Sequence[InvoiceLine]

    @property
    def net_cents(self) -> int:
        """What is paid, without tax."""
        return sum(line.net_cents for line in self.lines)

    @property
    def tax_cents(self) -> int:
        """The tax in what is paid."""
        return sum(line.tax_cents for line in self.lines)

    @property
    def discount_cents(self) -> int:
        """What was taken off the list prices, tax included."""
        return sum(line.discount_cents for line in self.lines)

    @property
    def total_cents(self) -> int:
        """What is paid."""
        return self.net_cents + self.tax_cents

    def posting(self) -> Posting:
        """Return what this invoice does to the ledger: it balances, whatever the lines say."""
        discounts = sum(line.net_discount_cents for line in self.lines)
        amounts = {
            Account.CASH_IN_TRANSIT: self.total_cents,
            Account.DISCOUNTS: discounts,
            Account.REVENUE: -self.net_cents - discounts,
            Account.TAX_PAYABLE: -self.tax_cents,
        }
        return Posting(self.order_id, Kind.INVOICE, amounts)


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An invoice as it was sent out. Its number is the next one of the month in which it was issued."""

    invoice: Invoice
    month: str
    number: int
    issued_at: datetime
    status: Status

    @property
    def invoice_number(self) -> str:
        """Return the number as printed, `2025-11-000042`."""
        return f"{self.month}-{self.number:06d}"


class Book(Protocol):
    """The ledger inside one transaction: all of it happens, or none. Totals are moved before anything is entered."""

    async def is_new(self, order: Order) -> bool:
        """Register the order; return False when it, or its cancellation, was registered before."""

    async def move_totals(self, posting: Posting) -> None:
        """Add the posting's amounts to the running totals of the accounts."""

    async def enter(self, posting: Posting) -> None:
        """Write the posting's entries. Raises `ValueError` when they do not balance."""

    async def issue(self, invoice: Invoice) -> IssuedInvoice:
        """Give the invoice the next number and keep it."""


def month_of(moment: datetime) -> str:
    """Return the month of a moment in UTC, `2025-11`."""
    return f"{moment:%Y-%m}"
