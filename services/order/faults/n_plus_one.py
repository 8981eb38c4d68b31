"""Order histories take long, and the longer the more orders are on the page: each order is fetched by itself.

Cause: the page is a list of ids, and every order on it is then asked for as if it were the only one: twice, for itself
and for its lines. No statement of them is slow. They follow one another, and the page has its connection all the while:
where the way to the database takes some milliseconds more, pages take seconds and the pool runs empty.

Repair: ask for a page as a whole, in a number of statements that does not depend on what is on it: a join, or the lines
of all its orders at once.

Plain: listing.page_of_history
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.fault import Fault
from services.order import storage
from services.order.domain import Line, Order
from services.order.history import Page
from services.order.storage import line_of, order_of
from services.order.tables import order_lines, orders


class Reading(Protocol):
    """Reads a page of a customer's orders."""

    async def __call__(self, connection: AsyncConnection, customer_id: str, limit: int, before: int | None) -> Page:
        """Return up to `limit` orders of a customer, latest first, and what to pass as `before` for the next ones."""


def _further(wanted: Select[Any], limit: int, before: int | None) -> Select[Any]:
    """Return `wanted`, latest first, from before the number `before` on: one more than `limit`."""
    if before is not None:
        wanted = wanted.where(orders.c.number < before)
    return wanted.order_by(orders.c.number.desc()).limit(limit + 1)


async def faulty(connection: AsyncConnection, customer_id: str, limit: int, before: int | None) -> Page:
    """Find out which orders there are, and then fetch them."""
    wanted = select(orders.c.number, orders.c.order_id).where(orders.c.customer_id == customer_id)
    rows = (await connection.execute(_further(wanted, limit, before))).all()
    shown = rows[:limit]
    found = [await storage.find(connection, row.order_id) for row in shown]
    next_before = shown[-1].number if len(rows) > limit else None
    return [order for order in found if order is not None], next_before


async def fixed(connection: AsyncConnection, customer_id: str, limit: int, before: int | None) -> Page:
    """Fetch the orders, and then the lines of all of them."""
    wanted = select(orders).where(orders.c.customer_id == customer_id)
    rows = (await connection.execute(_further(wanted, limit, before))).all()
    shown = rows[:limit]
    next_before = shown[-1].number if len(rows) > limit else None
    return await _with_lines(connection, shown), next_before


async def _with_lines(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Order]:
    lines: defaultdict[str, tuple[Line, ...]] = defaultdict(tuple)
    if order_ids := [row.order_id for row in rows]:
        wanted = select(order_lines).where(order_lines.c.order_id.in_(order_ids)).order_by(order_lines.c.position)
        for line in await connection.execute(wanted):
            lines[line.order_id] += (line_of(line),)
    return [order_of(row, lines[row.order_id]) for row in rows]


read_together = Fault[Reading](__name__, faulty, fixed)
