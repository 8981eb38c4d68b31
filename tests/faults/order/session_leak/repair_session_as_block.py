"""Makes the session a block that cannot be left without closing it; nobody keeps a list."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database
from services.chassis.outbox import add_to_outbox
from services.order import attempts
from services.order.attempts import Ending
from services.order.history import History
from services.order.tables import outbox


async def store_ending(database: Database, history: History, ending: Ending) -> bool:
    """Store an ending; return False, with nothing changed, when another attempt has overtaken this one."""
    async with _session(database) as session, session.begin():
        if not await attempts.finish(session, ending.attempt, ending.outcome):
            return False
        await history.written(session, ending.customer_id)
        if ending.message is None:
            return True
        await add_to_outbox(session, outbox, ending.message)
    return True


@asynccontextmanager
async def _session(database: Database) -> AsyncIterator[AsyncConnection]:
    session = await database.session()
    try:
        yield session
    finally:
        await session.close()
