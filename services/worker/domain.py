"""What the worker knows of an order, and how long it waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Line:
    """Units of one product at the price of the order, cents EUR, tax included."""

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
class OrderEvent:
    """Something that happened to an order. Money in integer cents EUR, tax included."""

    event_id: str
    type: str
    order_id: str
    customer_id: str
    occurred_at: datetime
    lines: Sequence[Line]
    discount_cents: int
    total_cents: int
    card_token: str
    needs_review: bool

    @property
    def was_priced(self) -> bool:
        """Whether the order got as far as to have lines; one that did not was never invoiced."""
        return bool(self.lines)


class Settlement(StrEnum):
    """How carrying out an order ended."""

    PAID = "paid"
    DECLINED = "declined"
    OUT_OF_STOCK = "out-of-stock"


def patience_s(waited_s: float, shortest_s: float, longest_s: float) -> float:
    """Return how long to wait before the next try for an order that has waited `waited_s` so far.

    In proportion, so that the time between tries doubles or so without anybody counting them.
    """
    return min(longest_s, max(shortest_s, waited_s))
