"""Gives up all that is due in one transaction, and waits for nobody in it."""

from datetime import datetime, timedelta

from services.chassis.database import Database
from services.order import attempts
from services.order.giving_up import GivingUp


async def give_up_overdue(database: Database, giving_up: GivingUp, now: datetime, after: timedelta) -> None:
    """Give up all checkouts whose last attempt's time ended more than `after` before `now`."""
    given_up = []
    async with database.begin() as connection:
        while due := await attempts.unfinished(connection, now - after):
            given_up += [checkout for checkout in due if await giving_up.store(connection, checkout)]
    for checkout in given_up:
        giving_up.tell(checkout)
