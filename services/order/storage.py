"""Orders: queries, and a change of status that names the status it starts from, so that of two only one wins."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Row, bindparam, select
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


async def lines_of(connection: AsyncConnection, order_id: str) -> tuple[Line, ...]:
    """Return the lines of an order, as they were ordered."""
    return tuple(line_of(row) for row in await connection.execute(_LINES, {"order": order_id}))


def line_of(row: Row[Any]) -> Line:
    """Return the line that a row of `order_lines` holds."""
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
