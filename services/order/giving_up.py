"""Giving one checkout up: what is stored, and what is told afterwards."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.clock import Clock
from services.chassis.outbox import OutboxRelay, add_to_outbox
from services.order import attempts, events
from services.order.attempts import StoredCheckout
from services.order.domain import Outcome, Status
from services.order.measures import Measures
from services.order.tables import outbox


class GivingUp:
    """The status and the event that has the worker undo it belong into one transaction.

    An attempt that is only slow finds its order finished, and both neighbours refuse what it still asks for.
    """

    def __init__(self, relay: OutboxRelay, measures: Measures, clock: Clock) -> None:
        self._relay = relay
        self._measures = measures
        self._clock = clock

    async def store(self, connection: AsyncConnection, checkout: StoredCheckout) -> bool:
        """Store in the caller's transaction that it is given up; False when somebody has finished it meanwhile."""
        if not await attempts.finish(connection, checkout.attempt, Outcome(Status.ABANDONED)):
            return False
        order = replace(checkout.order, status=Status.ABANDONED)
        await add_to_outbox(connection, outbox, events.order_cancelled(order, self._clock.now()))
        return True

    def tell(self, checkout: StoredCheckout) -> None:
        """Tell of one whose giving up is committed."""
        self._relay.poke()
        self._measures.placed(replace(checkout.order, status=Status.ABANDONED))
