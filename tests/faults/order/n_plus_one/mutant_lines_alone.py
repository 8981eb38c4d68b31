"""Fetches the orders at once, and the lines of each by themselves."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.order.history import Page
from services.order.storage import lines_of, order_of
from services.order.tables import orders


async def page_of_history(connection: AsyncConnection, customer_id: str, limit: int, before: int | None) -> Page:
    """Return up to `limit` orders of a customer, latest first, and what to pass as `before` for the next ones."""
    wanted = select(orders).where(orders.c.customer_id == customer_id)
    if before is not None:
        wanted = wanted.where(orders.c.number < before)
    rows = (await connection.execute(wanted.order_by(orders.c.number.desc()).limit(limit + 1))).all()
    shown = rows[:limit]
    found = [order_of(row, await lines_of(connection, row.order_id)) for row in shown]
    return found, shown[-1].number if len(rows) > limit else None
