"""One look to be judged: what the databases said, and what else is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from observability.impact.model import Damage, Effect, Patience
from observability.impact.snapshot import Snapshot

ACCEPTED = frozenset({"confirmed", "payment_pending"})
"""The customer was told yes; the order has yet to be carried out."""
PAID = frozenset({"fulfilled"})
HALF_DONE = frozenset({"capturing", "cancelling", "refunding"})
"""Payments that the payment service sees through by itself."""


@dataclass(frozen=True)
class Case:
    """`accepted`: orders that somebody outside knows to have been answered with yes, and their customers."""

    snapshot: Snapshot
    patience: Patience = field(default_factory=Patience)
    accepted: Mapping[str, str | None] = field(default_factory=dict)

    def age_s(self, since_s: float) -> float:
        """How long ago a moment was when the databases were read."""
        return self.snapshot.taken_at_s - since_s

    def in_flight(self, order_id: str) -> bool:
        """Whether the books may still differ about an order: it was touched just now, or something is under way."""
        under_way = self._under_way_since_s(order_id)
        if under_way is not None and self.age_s(under_way) < self.patience.delayed_after_s:
            return True
        return self.age_s(self.snapshot.touched_at_s(order_id)) < self.patience.settle_s

    def customer_of(self, order_id: str) -> str | None:
        """Return whose order it is, if any book knows."""
        if order := self.snapshot.orders.get(order_id):
            return order.customer_id
        if invoice := self.snapshot.invoices.get(order_id):
            return invoice.customer_id
        return self.accepted.get(order_id)

    def damage(self, invariant: str, effect: Effect, order_id: str, says: str, *, cents: int = 0) -> Damage:
        """Return what is wrong with an order, since it was placed (or else since it was last touched)."""
        order = self.snapshot.orders.get(order_id)
        since_s = order.placed_at_s if order else self.snapshot.touched_at_s(order_id) or None
        return Damage(
            invariant, effect, order_id, says, order_id, self.customer_of(order_id), cents=abs(cents), since_s=since_s
        )

    def _under_way_since_s(self, order_id: str) -> float | None:
        payment = self.snapshot.payments.get(order_id)
        intents = [payment.updated_at_s] if payment and payment.state in HALF_DONE else []
        messages = [self.snapshot.waiting[order_id]] if order_id in self.snapshot.waiting else []
        return min(intents + messages, default=None)
