"""Closes the session however the function ends."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database
from services.chassis.outbox import add_to_outbox
from services.order import attempts
from services.order.attempts import Attempt, Ending
from services.order.history import History
from services.order.tables import outbox

_sessions: dict[Attempt, AsyncConnection] = {}


async def store_ending(database: Database, history: History, ending: Ending) -> bool:
    """Store an ending; return False, with nothing changed, when another attempt has overtaken this one."""
    session = await _session_of(database, ending.attempt)
    try:
        async with session.begin():
            if not await attempts.finish(session, ending.attempt, ending.outcome):
                return False
            await history.written(session, ending.customer_id)
            if ending.message is not None:
                await add_to_outbox(session, outbox, ending.message)
            return True
    finally:
        await _sessions.pop(ending.attempt).close()


async def _session_of(database: Database, attempt: Attempt) -> AsyncConnection:
    if attempt not in _sessions:
        _sessions[attempt] = await database.session()
    return _sessions[attempt]
