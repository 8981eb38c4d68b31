"""What is on sale, what is promised to an order, and when to order more. Money is integer cents EUR, tax included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Quantities = Mapping[str, int]
"""SKU → units."""


class State(StrEnum):
    """HELD --commit--> COMMITTED; both --release--> RELEASED, from which nothing leads back."""

    HELD = "held"
    COMMITTED = "committed"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Product:
    """What does not change about a product while it is on sale."""

    sku: str
    name: str
    description: str
    price_cents: int
    tax_percent: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A product with the units that could be reserved at `as_of`."""

    sku: str
    name: str
    description: str
    price_cents: int
    tax_percent: int
    available: int
    as_of: datetime
    lead_time_days: int | None
    """Within how many days the supplier delivers more, None while that is not known."""


@dataclass(frozen=True, slots=True)
class ReservedLine:
    """Units of one product, at the price they were reserved at."""

    sku: str
    name: str
    quantity: int
    unit_price_cents: int
    tax_percent: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """What is promised to one order. Released without lines: the order gave up before it had asked."""

    order_id: str
    state: State
    lines: Sequence[ReservedLine]

    @property
    def quantities(self) -> Quantities:
        """Units by SKU."""
        return {line.sku: line.quantity for line in self.lines}


@dataclass(frozen=True, slots=True)
class Shortage:
    """More was asked for than there is."""

    sku: str
    requested: int
    available: int


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """Units ordered at the supplier; the id makes ordering them again harmless."""

    purchase_order_id: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What the books say of a product, in units. `opening` is what there was at first, None while nobody noted it."""

    sku: str
    available: int
    promised: int
    received: int
    opening: int | None

    @property
    def supply(self) -> int:
        """What there must have been at first."""
        return self.available + self.promised - self.received

    @property
    def surplus(self) -> int:
        """Units on sale or promised beyond all that there ever were; below zero: units that are missing."""
        return 0 if self.opening is None else self.supply - self.opening


def reserved(product: Product, quantity: int) -> ReservedLine:
    """Return the line that promises `quantity` units at today's price."""
    return ReservedLine(product.sku, product.name, quantity, product.price_cents, product.tax_percent)


def on_offer(product: Product, available: int, as_of: datetime, lead_time_days: int | None) -> Offer:
    """Return `product` as it can be bought."""
    return Offer(
        product.sku,
        product.name,
        product.description,
        product.price_cents,
        product.tax_percent,
        available,
        as_of,
        lead_time_days,
    )


def to_restock(available: Quantities, on_order: Quantities, below: int) -> list[str]:
    """Return the SKUs of which fewer than `below` units are left and none are on their way."""
    return [sku for sku, units in sorted(available.items()) if units < below and sku not in on_order]
