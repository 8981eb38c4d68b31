"""Joins the lines, and so leaves out the orders that have none."""

from itertools import groupby

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.order.history import Page
from services.order.storage import line_of, order_of
from services.order.tables import order_lines, orders


async def page_of_history(connection: AsyncConnection, customer_id: str, limit: int, before: int | None) -> Page:
    """Return up to `limit` orders of a customer, latest first, and what to pass as `before` for the next ones."""
    wanted = select(orders.c.order_id).where(orders.c.customer_id == customer_id)
    if before is not None:
        wanted = wanted.where(orders.c.number < before)
    ids = wanted.order_by(orders.c.number.desc()).limit(limit + 1).subquery()
    lines = [column for column in order_lines.c if column.name != "order_id"]
    joined = (
        select(orders, *lines)
        .join(ids, ids.c.order_id == orders.c.order_id)
        .join(order_lines, order_lines.c.order_id == orders.c.order_id)
        .order_by(orders.c.number.desc(), order_lines.c.position)
    )
    found = [list(group) for _, group in groupby(await connection.execute(joined), lambda row: row.number)]
    shown = [order_of(group[0], [line_of(line) for line in group]) for group in found[:limit]]
    return shown, found[limit - 1][0].number if len(found) > limit else None
