"""Counts every failure, and also how often an order waited for somebody who is away: such orders are given up."""

from services.chassis.broker import Delivery
from services.chassis.consumer import Defer, Handler


async def dispatch(delivery: Delivery, handler: Handler) -> None:
    """Have `handler` deal with `delivery`. Raises `Defer` when it has to wait, anything else when it failed."""
    try:
        await handler(delivery)
    except Defer as wait:
        raise RuntimeError(str(wait)) from wait
