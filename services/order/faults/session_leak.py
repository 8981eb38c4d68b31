"""Orders that are refused keep their database connection, until there is none left.

Cause: each attempt gets a session of its own, which is kept by attempt and closed on the last line. When there is no
event to be told – the product does not exist, there is too little of it, the card is declined – the function returns
before that line, with the transaction committed and the connection still taken. Five such orders are the whole pool;
from then on every request waits for a connection until it gives up.

Repair: give the session back however the function ends: `async with`, or `finally`.

Plain: endings.store_ending
"""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database
from services.chassis.fault import Fault
from services.chassis.outbox import add_to_outbox
from services.order import attempts
from services.order.attempts import Attempt, Ending
from services.order.history import History
from services.order.tables import outbox


class StoringEndings(Protocol):
    """How a checkout ended, and the event that tells of it, become one transaction."""

    async def __call__(self, database: Database, history: History, ending: Ending) -> bool:
        """Store an ending; return False, with nothing changed, when another attempt has overtaken this one."""


_sessions: dict[Attempt, AsyncConnection] = {}


async def faulty(database: Database, history: History, ending: Ending) -> bool:
    """Return early, and forget what is open."""
    session = await _session_of(database, ending.attempt)
    async with session.begin():
        if not await attempts.finish(session, ending.attempt, ending.outcome):
            return False
        await history.written(session, ending.customer_id)
        if ending.message is None:
            return True
        await add_to_outbox(session, outbox, ending.message)
    await _sessions.pop(ending.attempt).close()
    return True


async def _session_of(database: Database, attempt: Attempt) -> AsyncConnection:
    if attempt not in _sessions:
        _sessions[attempt] = await database.session()
    return _sessions[attempt]


async def fixed(database: Database, history: History, ending: Ending) -> bool:
    """Have the connection only for as long as the transaction."""
    async with database.begin() as connection:
        if not await attempts.finish(connection, ending.attempt, ending.outcome):
            return False
        if ending.message is not None:
            await add_to_outbox(connection, outbox, ending.message)
        await history.written(connection, ending.customer_id)
    return True


async def _close_all() -> None:
    while _sessions:
        _, session = _sessions.popitem()
        await session.close()


stored_and_closed = Fault[StoringEndings](__name__, faulty, fixed, gives_back=_close_all)
