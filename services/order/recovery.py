"""Giving up checkouts that nobody finished: their process died and no repetition of the request has come."""

from datetime import timedelta

from services.chassis.clock import Clock
from services.chassis.database import Database
from services.order.faults.lock_contention import short_rounds
from services.order.giving_up import GivingUp


class Recovery:
    """Gives up what has had no attempt for `after_s` seconds."""

    def __init__(self, database: Database, giving_up: GivingUp, clock: Clock, after_s: float) -> None:
        self._database = database
        self._giving_up = giving_up
        self._clock = clock
        self._after = timedelta(seconds=after_s)

    async def round(self) -> None:
        """Give up everything that is due."""
        await short_rounds.behaviour(self._database, self._giving_up, self._clock.now(), self._after)
