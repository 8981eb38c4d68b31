"""Nothing waits behind it any more, but it goes round for ever: no attempt is counted."""

from services.chassis.broker import Delivery
from services.chassis.consumer import Defer, Handler

AGAIN_S = 0.5


async def dispatch(delivery: Delivery, handler: Handler) -> None:
    """Have `handler` deal with `delivery`. Raises `Defer` when it has to wait, anything else when it failed."""
    try:
        await handler(delivery)
    except Defer:
        raise
    except Exception as error:
        raise Defer(AGAIN_S, f"{type(error).__name__}: {error}") from error
