"""Giving up checkouts that nobody finished: their process died and no repetition of the request has come."""

from dataclasses import replace
from datetime import timedelta

from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.outbox import OutboxRelay, add_to_outbox
from services.order import attempts, events
from services.order.attempts import StoredCheckout
from services.order.domain import Outcome, Status
from services.order.measures import Measures
from services.order.tables import outbox


class Recovery:
    """Gives up what has had no attempt for `after_s` seconds.

    The status and the event that has the worker undo it are one transaction. An attempt that is only slow finds its
    order finished, and both neighbours refuse what it still asks for.
    """

    def __init__(
        self, database: Database, relay: OutboxRelay, measures: Measures, clock: Clock, after_s: float
    ) -> None:
        self._database = database
        self._relay = relay
        self._measures = measures
        self._clock = clock
        self._after = timedelta(seconds=after_s)

    async def round(self) -> None:
        """Give up everything that is due."""
        before = self._clock.now() - self._after
        while True:
            async with self._database.read() as connection:
                due = await attempts.unfinished(connection, before)
            if not due:
                return
            for checkout in due:
                await self._abandon(checkout)

    async def _abandon(self, checkout: StoredCheckout) -> None:
        order = replace(checkout.order, status=Status.ABANDONED)
        async with self._database.begin() as connection:
            if not await attempts.finish(connection, checkout.attempt, Outcome(Status.ABANDONED)):
                return
            await add_to_outbox(connection, outbox, events.order_cancelled(order, self._clock.now()))
        self._relay.poke()
        self._measures.placed(order)
