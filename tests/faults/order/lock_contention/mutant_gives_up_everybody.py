"""Waits for nobody: where one is overdue, whoever has not finished is given up."""

from datetime import datetime, timedelta

from services.chassis.database import Database
from services.order import attempts
from services.order.giving_up import GivingUp

LONGEST = timedelta(days=1)


async def give_up_overdue(database: Database, giving_up: GivingUp, now: datetime, after: timedelta) -> None:
    """Give up all checkouts whose last attempt's time ended more than `after` before `now`."""
    while True:
        async with database.read() as connection:
            if not await attempts.unfinished(connection, now - after):
                return
            due = await attempts.unfinished(connection, now + LONGEST)
        for checkout in due:
            async with database.begin() as connection:
                given_up = await giving_up.store(connection, checkout)
            if given_up:
                giving_up.tell(checkout)
