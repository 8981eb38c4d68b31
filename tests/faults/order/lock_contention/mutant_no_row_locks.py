"""Locks no rows any more, and waits in its transaction all the same."""

import asyncio
import time
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database, UtcDateTime
from services.order import attempts
from services.order.giving_up import GivingUp
from services.order.tables import orders

PATIENCE_S = 4.0
PAUSE_S = 0.05
_BEING_WORKED_ON = select(orders.c.order_id).where(orders.c.claimed_until > bindparam("now", type_=UtcDateTime))


async def give_up_overdue(database: Database, giving_up: GivingUp, now: datetime, after: timedelta) -> None:
    """Give up all checkouts whose last attempt's time ended more than `after` before `now`."""
    given_up = []
    async with database.begin() as connection:
        await _quiet(connection, now)
        while due := await attempts.unfinished(connection, now - after):
            given_up += [checkout for checkout in due if await giving_up.store(connection, checkout)]
    for checkout in given_up:
        giving_up.tell(checkout)


async def _quiet(connection: AsyncConnection, now: datetime) -> None:
    began = time.monotonic()
    while (waited_s := time.monotonic() - began) < PATIENCE_S:
        moment = {"now": now + timedelta(seconds=waited_s)}
        if not (await connection.execute(_BEING_WORKED_ON, moment)).all():
            return
        await asyncio.sleep(PAUSE_S)
