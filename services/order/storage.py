"""Orders: queries, and a change of status that names the status it starts from, so that of two only one wins."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.order.domain import Line, Order, Refusal, Status, Totals
from services.order.tables import order_lines, orders

# Built once: composing a statement costs more than SQLite takes to run it.
_BY_ID = select(orders).where(orders.c.order_id == bindparam("order"))
_LINES = select(order_lines).where(order_lines.c.order_id == bindparam("order")).order_by(order_lines.c.position)
_MOVE = (
    orders.update()
    .where(orders.c.order_id == bindparam("order"), orders.c.status == bindparam("source"))
    .values(status=bindparam("target"))
)


async def move(connection: AsyncConnection, order_id: str, source: Status, target: Status) -> bool:
    """Change the status of an order from `source` to `target`; False when it is no longer `source`."""
    change = {"order": order_id, "source": source, "target": target}
    return (await connection.execute(_MOVE, change)).rowcount == 1


async def find(connection: AsyncConnection, order_id: str) -> Order | None:
    """Return an order with its lines, or None."""
    row = (await connection.execute(_BY_ID, {"order": order_id})).one_or_none()
    return None if row is None else order_of(row, await lines_of(connection, order_id))


async def history(
    connection: AsyncConnection, customer_id: str, limit: int, before: int | None
) -> tuple[list[Order], int | None]:
    """Return up to `limit` orders of a customer, latest first, and what to pass as `before` for the next ones."""
    page: Select[Any] = select(orders).where(orders.c.customer_id == customer_id)
    if before is not None:
        page = page.where(orders.c.number < before)
    rows = (await connection.execute(page.order_by(orders.c.number.desc()).limit(limit + 1))).all()
    shown = rows[:limit]
    lines = await _lines_by_order(connection, [row.order_id for row in shown])
    next_before = shown[-1].number if len(rows) > limit else None
    return [order_of(row, lines[row.order_id]) for row in shown], next_before


async def lines_of(connection: AsyncConnection, order_id: str) -> tuple[Line, ...]:
    """Return the lines of an order, as they were ordered."""
    return tuple(_line(row) for row in await connection.execute(_LINES, {"order": order_id}))


async def _lines_by_order(connection: AsyncConnection, order_ids: Sequence[str]) -> dict[str, tuple[Line, ...]]:
    found: defaultdict[str, tuple[Line, ...]] = defaultdict(tuple)
    if order_ids:
        wanted = select(order_lines).where(order_lines.c.order_id.in_(order_ids)).order_by(order_lines.c.position)
        for row in await connection.execute(wanted):
            found[row.order_id] += (_line(row),)
    return found


def _line(row: Row[Any]) -> Line:
    return Line(row.sku, row.name, row.quantity, row.unit_price_cents, row.tax_percent)


def order_of(row: Row[Any], lines: Iterable[Line]) -> Order:
    """Return the order that a row of `orders` holds."""
    return Order(
        order_id=row.order_id,
        customer_id=row.customer_id,
        status=Status(row.status),
        card_token=row.card_token,
        placed_at=row.placed_at,
        lines=tuple(lines),
        totals=Totals(row.discount_cents, row.total_cents),
        stock_unconfirmed=row.stock_unconfirmed,
        placed_as=None if row.placed_as is None else Status(row.placed_as),
        refusal=None if row.refusal is None else Refusal(**orjson.loads(row.refusal)),
    )
