"""What an order is and what may become of it. Money in integer cents EUR, gross (tax included)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

CURRENCY = "EUR"
DISCOUNT_FROM_CENTS = 10_000
DISCOUNT_PERCENT = 5


class Status(StrEnum):
    """Where an order stands."""

    PLACING = "placing"
    CONFIRMED = "confirmed"
    PAYMENT_PENDING = "payment_pending"
    DECLINED = "declined"
    REJECTED = "rejected"
    ABANDONED = "abandoned"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.PLACING: frozenset(
        {Status.CONFIRMED, Status.PAYMENT_PENDING, Status.DECLINED, Status.REJECTED, Status.ABANDONED}
    ),
    Status.CONFIRMED: frozenset({Status.FULFILLED, Status.DECLINED, Status.CANCELLED}),
    Status.PAYMENT_PENDING: frozenset({Status.FULFILLED, Status.DECLINED, Status.CANCELLED}),
    Status.FULFILLED: frozenset({Status.CANCELLED}),
    Status.DECLINED: frozenset(),
    Status.REJECTED: frozenset(),
    Status.ABANDONED: frozenset(),
    Status.CANCELLED: frozenset(),
}
ACCEPTED = frozenset({Status.CONFIRMED, Status.PAYMENT_PENDING})
"""The customer was told yes; the worker has yet to carry the order out."""
CANCELLABLE = frozenset(status for status, targets in TRANSITIONS.items() if Status.CANCELLED in targets)


class Settlement(StrEnum):
    """How carrying out an accepted order ended."""

    PAID = "paid"
    DECLINED = "declined"
    OUT_OF_STOCK = "out-of-stock"


SETTLED: Mapping[Settlement, Status] = {
    Settlement.PAID: Status.FULFILLED,
    Settlement.DECLINED: Status.DECLINED,
    Settlement.OUT_OF_STOCK: Status.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class WantedLine:
    """What a customer asks for; 1 to 99 units."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Line:
    """What a customer gets and at which price."""

    sku: str
    name: str
    quantity: int
    unit_price_cents: int
    tax_percent: int

    def fields(self) -> dict[str, str | int]:
        """Return everything by name."""
        return {
            "sku": self.sku,
            "name": self.name,
            "quantity": self.quantity,
            "unit_price_cents": self.unit_price_cents,
            "tax_percent": self.tax_percent,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """A checkout as the customer asks for it."""

    customer_id: str
    lines: tuple[WantedLine, ...]
    card_token: str


@dataclass(frozen=True, slots=True)
class Totals:
    """What an order costs."""

    discount_cents: int = 0
    total_cents: int = 0


def totals(lines: Iterable[Line]) -> Totals:
    """Add `lines` up; larger orders get a discount, rounded half-even to the cent."""
    gross_cents = sum(line.quantity * line.unit_price_cents for line in lines)
    if gross_cents < DISCOUNT_FROM_CENTS:
        return Totals(0, gross_cents)
    discount_cents = _rounded_half_even(gross_cents * DISCOUNT_PERCENT, 100)
    return Totals(discount_cents, gross_cents - discount_cents)


def _rounded_half_even(numerator: int, denominator: int) -> int:
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was reserved, as it was told to the customer."""

    code: str
    detail: str
    members: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a checkout ended. `compensate`: something may be reserved or authorised that has to be undone."""

    status: Status
    lines: tuple[Line, ...] = ()
    totals: Totals = Totals()
    stock_unconfirmed: bool = False
    refusal: Refusal | None = None
    compensate: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """An order. It has lines and totals once it has been priced.

    `placed_as` is the status with which its checkout ended, None before that. `stock_unconfirmed` tells that it was
    taken without asking for stock.
    """

    order_id: str
    customer_id: str
    status: Status
    card_token: str
    placed_at: datetime
    lines: tuple[Line, ...] = ()
    totals: Totals = Totals()
    stock_unconfirmed: bool = False
    placed_as: Status | None = None
    refusal: Refusal | None = None

    @property
    def needs_review(self) -> bool:
        """Whether nobody has asked for its stock yet."""
        return self.stock_unconfirmed and self.status in ACCEPTED
