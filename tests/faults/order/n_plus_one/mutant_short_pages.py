"""Shows five orders, whatever is asked for."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.order import storage
from services.order.history import Page
from services.order.tables import orders

MOST = 5


async def page_of_history(connection: AsyncConnection, customer_id: str, limit: int, before: int | None) -> Page:
    """Return up to `limit` orders of a customer, latest first, and what to pass as `before` for the next ones."""
    most = min(limit, MOST)
    wanted = select(orders.c.number, orders.c.order_id).where(orders.c.customer_id == customer_id)
    if before is not None:
        wanted = wanted.where(orders.c.number < before)
    rows = (await connection.execute(wanted.order_by(orders.c.number.desc()).limit(most + 1))).all()
    shown = rows[:most]
    found = [await storage.find(connection, row.order_id) for row in shown]
    return [order for order in found if order is not None], shown[-1].number if len(rows) > most else None
