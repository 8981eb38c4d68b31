"""One message that cannot be handled comes back again and again, and everything behind it waits for ever.

Cause: somebody wanted events in their order. A message that failed has to be through before any other, whatever it
failed of; it is put back without being counted, so it is never given up, and all others are put back as well.

Repair: let what cannot be handled fail: its attempts are counted, with growing pauses, until it is put aside for a
person. What has to be in order, if anything, is in order per order, and never for longer than that.

Plain: dispatching.dispatch
"""

from time import monotonic
from typing import Protocol

from services.chassis.broker import Delivery
from services.chassis.consumer import Defer, Handler
from services.chassis.fault import Fault

AGAIN_S = 0.5
OTHERS_S = 3.0
REMEMBERED_S = 10.0
_pending: dict[str, float] = {}
"""Ids of messages that are not through yet, and when each was last here; one that stays away is somebody else's now."""


class Dispatch(Protocol):
    """Has messages handled, and says what becomes of those that are not."""

    async def __call__(self, delivery: Delivery, handler: Handler) -> None:
        """Have `handler` deal with `delivery`. Raises `Defer` when it has to wait, anything else when it failed."""


async def faulty(delivery: Delivery, handler: Handler) -> None:
    """Nothing overtakes what is not through yet."""
    number, now = delivery.message.id, monotonic()
    for other, seen_at in list(_pending.items()):
        if now - seen_at > REMEMBERED_S:
            del _pending[other]
    if next(iter(_pending), number) != number:
        raise Defer(OTHERS_S, "An earlier message is not through yet.")
    try:
        await handler(delivery)
    except Defer:
        raise
    except Exception as error:
        _pending[number] = monotonic()
        raise Defer(AGAIN_S, f"{type(error).__name__}: {error}") from error
    _pending.pop(number, None)


async def fixed(delivery: Delivery, handler: Handler) -> None:
    """What fails goes its own way, and the consumer counts how often."""
    await handler(delivery)


each_on_its_own = Fault[Dispatch](__name__, faulty, fixed)
