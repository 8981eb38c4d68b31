"""Takes a connection for the transaction, and no session of its own."""

from services.chassis.database import Database
from services.chassis.outbox import add_to_outbox
from services.order import attempts
from services.order.attempts import Ending
from services.order.history import History
from services.order.tables import outbox


async def store_ending(database: Database, history: History, ending: Ending) -> bool:
    """Store an ending; return False, with nothing changed, when another attempt has overtaken this one."""
    async with database.begin() as connection:
        if not await attempts.finish(connection, ending.attempt, ending.outcome):
            return False
        if ending.message is not None:
            await add_to_outbox(connection, outbox, ending.message)
        await history.written(connection, ending.customer_id)
    return True
