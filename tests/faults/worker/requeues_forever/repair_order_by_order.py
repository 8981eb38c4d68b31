"""Keeps the events of one order in their order, and none of another; what failed is counted, so that it ends."""

from time import monotonic

from services.chassis.broker import Delivery
from services.chassis.consumer import Defer, Handler

AGAIN_S = 0.5
REMEMBERED_S = 10.0
_pending: dict[str, tuple[str, float]] = {}


async def dispatch(delivery: Delivery, handler: Handler) -> None:
    """Have `handler` deal with `delivery`. Raises `Defer` when it has to wait, anything else when it failed."""
    number, now = delivery.message.id, monotonic()
    order = str(delivery.message.body.get("order_id", number))
    first, seen_at = _pending.get(order, (number, now))
    if first != number and now - seen_at < REMEMBERED_S:
        raise Defer(AGAIN_S, "An earlier event of this order is not through yet.")
    try:
        await handler(delivery)
    except Defer:
        raise
    except Exception:
        _pending[order] = (number, now)
        raise
    _pending.pop(order, None)
