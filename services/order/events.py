"""What the order service tells the others about an order."""

from datetime import UTC, datetime

from services.chassis.broker import ORDER_CANCELLED, ORDER_PLACED, Message
from services.order.domain import CURRENCY, Order


def order_placed(order: Order, at: datetime) -> Message:
    """An order was accepted."""
    return _message(ORDER_PLACED, f"{order.order_id}-placed", order, at)


def order_cancelled(order: Order, at: datetime) -> Message:
    """An order will not be carried out: what is reserved, charged or posted for it has to be undone.

    An order that was never priced has no lines.
    """
    return _message(ORDER_CANCELLED, f"{order.order_id}-cancelled", order, at)


def _message(topic: str, event_id: str, order: Order, at: datetime) -> Message:
    body = {
        "event_id": event_id,
        "type": topic,
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "occurred_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "lines": [line.fields() for line in order.lines],
        "discount_cents": order.totals.discount_cents,
        "total_cents": order.totals.total_cents,
        "currency": CURRENCY,
        "card_token": order.card_token,
        "needs_review": order.needs_review,
    }
    return Message(event_id, topic, body)
