"""Whatever writes orders waits for seconds, again and again, and nothing fails.

Cause: the round that gives up unfinished checkouts wants a quiet moment. It opens its transaction first and locks the
orders that are being worked on (SQLite: the whole database, for writing), and then waits within the transaction until
none is left. They cannot get finished, because it is their rows that it holds, and each counts until the time of its
attempt has run out. So it waits as long as its patience lasts, and everybody else with it.

Repair: nothing has to stand still. Look without a lock for what is overdue, and give up one checkout per transaction:
its own condition says whether somebody was faster.

Plain: unfinished.give_up_overdue
"""

import asyncio
import time
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database, UtcDateTime
from services.chassis.declaration import number
from services.chassis.fault import Fault
from services.order import attempts
from services.order.giving_up import GivingUp
from services.order.tables import orders


class Rounds(Protocol):
    """One round of looking for checkouts that nobody finished."""

    async def __call__(self, database: Database, giving_up: GivingUp, now: datetime, after: timedelta) -> None:
        """Give up all checkouts whose last attempt's time ended more than `after` before `now`."""


PAUSE_S = 0.05
_BEING_WORKED_ON = (
    select(orders.c.order_id)
    .where(orders.c.claimed_until > bindparam("now", type_=UtcDateTime))
    .with_for_update(skip_locked=True)
)


async def faulty(database: Database, giving_up: GivingUp, now: datetime, after: timedelta) -> None:
    """Hold everything still, and wait until it has moved on."""
    given_up = []
    async with database.begin() as connection:
        await _quiet(connection, now)
        while due := await attempts.unfinished(connection, now - after):
            given_up += [checkout for checkout in due if await giving_up.store(connection, checkout)]
    for checkout in given_up:
        giving_up.tell(checkout)


async def _quiet(connection: AsyncConnection, now: datetime) -> None:
    began = time.monotonic()
    while (waited_s := time.monotonic() - began) < short_rounds.values["patience_s"]:
        moment = {"now": now + timedelta(seconds=waited_s)}
        if not (await connection.execute(_BEING_WORKED_ON, moment)).all():
            return
        await asyncio.sleep(PAUSE_S)


async def fixed(database: Database, giving_up: GivingUp, now: datetime, after: timedelta) -> None:
    """Look without holding anything, then change one after the other."""
    while True:
        async with database.read() as connection:
            due = await attempts.unfinished(connection, now - after)
        if not due:
            return
        for checkout in due:
            async with database.begin() as connection:
                given_up = await giving_up.store(connection, checkout)
            if given_up:
                giving_up.tell(checkout)


short_rounds = Fault[Rounds](
    __name__,
    faulty,
    fixed,
    params=[number("patience_s", "s", "how long it waits for a quiet moment", minimum=0.1, maximum=4.5, default=1.0)],
    breaks_off=True,
)
