"""What the meter says. Money in integer cents EUR, times are Unix time in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from observability.evidence.model import Window

Effect = Literal["lost", "delayed", "money", "stock"]
"""Lost: what was promised will not come. Delayed: it has not come yet. Money, stock: the books say what is not so."""


@dataclass(frozen=True)
class Patience:
    """How long things may take before they are held against the platform."""

    settle_s: float = 10.0
    """What happened to an order within so many seconds may not be in every book yet."""
    delayed_after_s: float = 30.0
    """An accepted order that takes longer is delayed; so is a message, or a payment half done."""
    unfinished_after_s: float = 60.0
    """A checkout that is neither finished nor given up by then is delayed."""


@dataclass(frozen=True)
class Damage:
    """One thing that is wrong."""

    invariant: str
    """What should hold and does not, in words."""
    effect: Effect
    subject: str
    """What it is about: an order, an account, a product, a message."""
    says: str
    """One sentence for a person."""
    order_id: str | None = None
    customer_id: str | None = None
    cents: int = 0
    """How far the money is off, never negative."""
    since_s: float | None = None
    """When it happened, as far as that is known."""

    @property
    def key(self) -> tuple[str, str]:
        """The same in every look at the same damage."""
        return self.invariant, self.subject


@dataclass(frozen=True)
class Signals:
    """What customers met, from the evidence store: requests that ended in a server error, by status."""

    failed_checkouts: Mapping[str, int] = field(default_factory=dict)
    failed_requests: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """What became of orders → how many."""
    failed_checkouts_by_minute: Mapping[float, int] = field(default_factory=dict)
    """Start of the minute → how many; minutes without any are left out."""
    accepted: Mapping[str, str] = field(default_factory=dict)
    """Orders that were answered with yes: order id → customer id."""


@dataclass(frozen=True)
class Minute:
    """What happened in one minute, in which an order is counted that was placed or went wrong then."""

    start_s: float
    orders_placed: int
    orders_lost: int
    orders_delayed: int
    money_wrong_cents: int
    customers_affected: int
    failed_checkouts: int


@dataclass(frozen=True)
class Impact:
    """The bill of a window."""

    window: Window
    orders_placed: int
    orders_lost: int
    orders_delayed: int
    payments_pending: int
    orders_in_flight: int
    """Accepted and not yet due."""
    money_wrong_cents: int
    """An order counts once, with the largest of its amounts; amounts do not cancel each other out."""
    stock_wrong: int
    """Orders and products of which the stock's books say what is not so."""
    customers_affected: tuple[str, ...]
    """Ids of those whose orders are lost, delayed or wrong. Who only met an error page is not known by name."""
    signals: Signals | None
    """None without the evidence store."""
    minutes: tuple[Minute, ...]
    damages: tuple[Damage, ...]
    missing: tuple[str, ...]
    """What could not be looked at, one sentence each."""

    @property
    def is_zero(self) -> bool:
        """Whether nothing is wrong, as far as could be seen."""
        failed = sum(self.signals.failed_requests.values()) if self.signals else 0
        return not self.damages and not failed
