"""Asks for the lines of whatever the page's own condition finds, without naming an order."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.order.history import Page
from services.order.storage import line_of, order_of
from services.order.tables import order_lines, orders


async def page_of_history(connection: AsyncConnection, customer_id: str, limit: int, before: int | None) -> Page:
    """Return up to `limit` orders of a customer, latest first, and what to pass as `before` for the next ones."""
    condition = orders.c.customer_id == customer_id
    if before is not None:
        condition &= orders.c.number < before
    page = select(orders).where(condition).order_by(orders.c.number.desc()).limit(limit + 1)
    rows = (await connection.execute(page)).all()
    if not rows:
        return [], None
    # An order may have come in between: the page ends where it ended.
    same = select(orders.c.order_id).where(condition, orders.c.number >= rows[-1].number)
    of_them = select(order_lines).where(order_lines.c.order_id.in_(same)).order_by(order_lines.c.position)
    lines = (await connection.execute(of_them)).all()
    shown = rows[:limit]
    found = [order_of(row, [line_of(one) for one in lines if one.order_id == row.order_id]) for row in shown]
    return found, shown[-1].number if len(rows) > limit else None
