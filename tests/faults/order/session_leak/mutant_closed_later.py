"""Closes sessions that have been open for a minute, whenever another one is opened."""

import time

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database
from services.chassis.outbox import add_to_outbox
from services.order import attempts
from services.order.attempts import Attempt, Ending
from services.order.history import History
from services.order.tables import outbox

OLD_S = 60.0

_sessions: dict[Attempt, tuple[float, AsyncConnection]] = {}


async def store_ending(database: Database, history: History, ending: Ending) -> bool:
    """Store an ending; return False, with nothing changed, when another attempt has overtaken this one."""
    session = await _session_of(database, ending.attempt)
    async with session.begin():
        if not await attempts.finish(session, ending.attempt, ending.outcome):
            return False
        await history.written(session, ending.customer_id)
        if ending.message is None:
            return True
        await add_to_outbox(session, outbox, ending.message)
    await _sessions.pop(ending.attempt)[1].close()
    return True


async def _session_of(database: Database, attempt: Attempt) -> AsyncConnection:
    for old, (opened, session) in list(_sessions.items()):
        if time.monotonic() - opened > OLD_S:
            del _sessions[old]
            await session.close()
    session = await database.session()
    _sessions[attempt] = time.monotonic(), session
    return session
