"""Takes its locks anew every half a second, and lets go only in between."""

import asyncio
import time
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from services.chassis.database import Database, UtcDateTime
from services.order import attempts
from services.order.giving_up import GivingUp
from services.order.tables import orders

PATIENCE_S = 4.0
PAUSE_S = 0.5
_BEING_WORKED_ON = (
    select(orders.c.order_id)
    .where(orders.c.claimed_until > bindparam("now", type_=UtcDateTime))
    .with_for_update(skip_locked=True)
)


async def give_up_overdue(database: Database, giving_up: GivingUp, now: datetime, after: timedelta) -> None:
    """Give up all checkouts whose last attempt's time ended more than `after` before `now`."""
    await _quiet(database, now)
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


async def _quiet(database: Database, now: datetime) -> None:
    began = time.monotonic()
    while (waited_s := time.monotonic() - began) < PATIENCE_S:
        async with database.begin() as connection:
            moment = {"now": now + timedelta(seconds=waited_s)}
            if not (await connection.execute(_BEING_WORKED_ON, moment)).all():
                return
            await asyncio.sleep(PAUSE_S)
