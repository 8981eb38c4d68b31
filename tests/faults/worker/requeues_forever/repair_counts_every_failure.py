"""Lets every failure out, so that the consumer counts it, waits a little longer each time and gives up in the end."""

from services.chassis.broker import Delivery
from services.chassis.consumer import Defer, Handler


async def dispatch(delivery: Delivery, handler: Handler) -> None:
    """Have `handler` deal with `delivery`. Raises `Defer` when it has to wait, anything else when it failed."""
    try:
        await handler(delivery)
    except Defer:
        raise
    except Exception as error:
        raise RuntimeError(f"{delivery.message.topic} could not be handled: {type(error).__name__}: {error}") from error
