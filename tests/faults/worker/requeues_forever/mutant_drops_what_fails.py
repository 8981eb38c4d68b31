"""Takes what failed for done: nobody will ever see it again."""

import structlog

from services.chassis.broker import Delivery
from services.chassis.consumer import Defer, Handler

log = structlog.get_logger()


async def dispatch(delivery: Delivery, handler: Handler) -> None:
    """Have `handler` deal with `delivery`. Raises `Defer` when it has to wait, anything else when it failed."""
    try:
        await handler(delivery)
    except Defer:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is over
        log.warning("message.dropped", message_id=delivery.message.id, problem=str(error))
