"""Keeps every order that it has shown once, and does not ask for it again."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.order import storage
from services.order.domain import Order
from services.order.history import Page
from services.order.tables import orders

_known: dict[str, Order] = {}


async def page_of_history(connection: AsyncConnection, customer_id: str, limit: int, before: int | None) -> Page:
    """Return up to `limit` orders of a customer, latest first, and what to pass as `before` for the next ones."""
    wanted = select(orders.c.number, orders.c.order_id).where(orders.c.customer_id == customer_id)
    if before is not None:
        wanted = wanted.where(orders.c.number < before)
    rows = (await connection.execute(wanted.order_by(orders.c.number.desc()).limit(limit + 1))).all()
    shown = rows[:limit]
    for row in shown:
        if row.order_id not in _known:
            order = await storage.find(connection, row.order_id)
            if order is not None:
                _known[row.order_id] = order
    next_before = shown[-1].number if len(rows) > limit else None
    return [_known[row.order_id] for row in shown], next_before
