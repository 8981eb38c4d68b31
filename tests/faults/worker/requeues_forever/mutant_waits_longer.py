"""Asks less often, and still lets nothing pass what is not through."""

from time import monotonic

from services.chassis.broker import Delivery
from services.chassis.consumer import Defer, Handler

AGAIN_S = 5.0
REMEMBERED_S = 30.0
_pending: dict[str, float] = {}


async def dispatch(delivery: Delivery, handler: Handler) -> None:
    """Have `handler` deal with `delivery`. Raises `Defer` when it has to wait, anything else when it failed."""
    number, now = delivery.message.id, monotonic()
    for other, seen_at in list(_pending.items()):
        if now - seen_at > REMEMBERED_S:
            del _pending[other]
    if next(iter(_pending), number) != number:
        raise Defer(AGAIN_S, "An earlier message is not through yet.")
    try:
        await handler(delivery)
    except Defer:
        raise
    except Exception as error:
        _pending[number] = monotonic()
        raise Defer(AGAIN_S, f"{type(error).__name__}: {error}") from error
    _pending.pop(number, None)
