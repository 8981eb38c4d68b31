"""What the databases said in one look. Each was read as of one moment, all of them one after the other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

ORDER, BROKER, PAYMENT, PROVIDER = "order", "broker", "payment", "provider"
INVENTORY, BILLING = "inventory", "billing"
SEED = "seed"


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `lines_cents` is the list price of all lines, None without lines."""

    order_id: str
    customer_id: str
    status: str
    placed_as: str | None
    placed_at_s: float
    discount_cents: int
    total_cents: int
    stock_unconfirmed: bool
    lines_cents: int | None


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment of one order."""

    order_id: str
    state: str
    amount_cents: int
    updated_at_s: float


@dataclass(frozen=True, slots=True)
class Charge:
    """All that the card network has done for one order."""

    order_id: str
    captures: int
    captured_cents: int
    largest_cents: int
    """The largest single capture."""
    refunded_cents: int
    last_at_s: float

    @property
    def net_cents(self) -> int:
        """What the customer has paid by now."""
        return self.captured_cents - self.refunded_cents


@dataclass(frozen=True, slots=True)
class Reservation:
    """Units promised to one order, by SKU."""

    order_id: str
    state: str
    units: Mapping[str, int]
    changed_at_s: float


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice: the sum of its lines, and by how much lines are not what they are made of."""

    order_id: str
    customer_id: str
    status: str
    month: str
    """The one that its number counts in, `2026-09`."""
    issued_at_s: float
    lines_cents: int
    crooked_cents: int


@dataclass(frozen=True, slots=True)
class Gap:
    """An order that moved an account's running total otherwise than it was entered."""

    order_id: str
    kind: str
    account: str
    cents: int
    """Moved minus entered."""
    moved_at_s: float | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that was given up."""

    message_id: str
    topic: str
    reason: str
    order_id: str | None
    customer_id: str | None
    dead_at_s: float


@dataclass(frozen=True)
class Snapshot:
    """One look. What could not be read is empty and named in `missing`."""

    taken_at_s: float
    missing: Mapping[str, str] = field(default_factory=dict)
    """Database, or `seed` → why."""
    orders: Mapping[str, Order] = field(default_factory=dict)
    waiting: Mapping[str, float] = field(default_factory=dict)
    """Orders about which a message waits, in the outbox or in the queue → since when."""
    letters: Sequence[Letter] = ()
    payments: Mapping[str, Payment] = field(default_factory=dict)
    charges: Mapping[str, Charge] = field(default_factory=dict)
    available: Mapping[str, int] = field(default_factory=dict)
    """SKU → units that can be sold."""
    reservations: Mapping[str, Reservation] = field(default_factory=dict)
    bought: Mapping[str, int] = field(default_factory=dict)
    """SKU → units received from the supplier."""
    seed: Mapping[str, int] = field(default_factory=dict)
    """SKU → units that the inventory started with."""
    invoices: Mapping[str, Invoice] = field(default_factory=dict)
    booked_at_s: Mapping[str, float] = field(default_factory=dict)
    """Order → when billing last booked something of it."""
    cash_cents: Mapping[str, int] = field(default_factory=dict)
    """Order → what its invoice was entered with."""
    unbalanced: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Order and kind of posting → what its entries sum to, where that is not zero."""
    gaps: Sequence[Gap] = ()
    running_cents: Mapping[str, int] = field(default_factory=dict)
    """Account → the total that is kept running."""
    entered_cents: Mapping[str, int] = field(default_factory=dict)
    """Account → the sum of its entries."""

    @cached_property
    def gone(self) -> Counter[str]:
        """Units that are promised or delivered, by SKU."""
        gone: Counter[str] = Counter()
        for reservation in self.reservations.values():
            if reservation.state != "released":
                gone.update(reservation.units)
        return gone

    def touched_at_s(self, order_id: str) -> float:
        """When anybody last wrote anything about an order; 0 when that is not known."""
        order, payment = self.orders.get(order_id), self.payments.get(order_id)
        charge, reservation = self.charges.get(order_id), self.reservations.get(order_id)
        moments = (
            order.placed_at_s if order else 0.0,
            payment.updated_at_s if payment else 0.0,
            charge.last_at_s if charge else 0.0,
            reservation.changed_at_s if reservation else 0.0,
            self.booked_at_s.get(order_id, 0.0),
        )
        # A service whose clock is wrong says nothing about when it was.
        return max((moment for moment in moments if moment <= self.taken_at_s + 1), default=0.0)
