"""Tries three times in a row, keeps nobody waiting for it, and lets go of what still fails."""

import asyncio

from services.chassis.broker import Delivery
from services.chassis.consumer import Defer, Handler

TRIES = 3
PAUSE_S = 0.05


async def dispatch(delivery: Delivery, handler: Handler) -> None:
    """Have `handler` deal with `delivery`. Raises `Defer` when it has to wait, anything else when it failed."""
    for _ in range(TRIES - 1):
        try:
            return await handler(delivery)
        except Defer:
            raise
        except Exception:  # noqa: BLE001 -- the last try says what is wrong
            await asyncio.sleep(PAUSE_S)
    return await handler(delivery)
