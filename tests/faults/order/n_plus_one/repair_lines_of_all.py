"""Asks for the lines of all orders of the page in one statement."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.order.domain import Line
from services.order.history import Page
from services.order.storage import line_of, order_of
from services.order.tables import order_lines, orders


async def page_of_history(connection: AsyncConnection, customer_id: str, limit: int, before: int | None) -> Page:
    """Return up to `limit` orders of a customer, latest first, and what to pass as `before` for the next ones."""
    wanted = select(orders).where(orders.c.customer_id == customer_id)
    if before is not None:
        wanted = wanted.where(orders.c.number < before)
    rows = (await connection.execute(wanted.order_by(orders.c.number.desc()).limit(limit + 1))).all()
    shown = rows[:limit]
    ids = [row.order_id for row in shown]
    of_them = select(order_lines).where(order_lines.c.order_id.in_(ids)).order_by(order_lines.c.position)
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    for line in await connection.execute(of_them):
        lines[line.order_id].append(line_of(line))
    next_before = shown[-1].number if len(rows) > limit else None
    return [order_of(row, lines[row.order_id]) for row in shown], next_before
