"""Queries. Whoever takes or returns units locks the reservation first, then stock rows in SKU order."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import UtcDateTime, insert_once
from services.inventory.domain import Product, PurchaseOrder, Quantities, Reservation, ReservedLine, State
from services.inventory.tables import OPEN, products, purchase_orders, reservations, stock

# Built once: composing a statement costs more than SQLite takes to run it.
_PUT = (
    stock.update()
    .where(stock.c.sku == bindparam("wanted"))
    .values(available=stock.c.available + bindparam("quantity"))
    .returning(stock.c.available)
)
_FIND = select(reservations).where(reservations.c.order_id == bindparam("order"))
_RELEASE = (
    reservations.update()
    .where(reservations.c.order_id == bindparam("order"), reservations.c.state != State.RELEASED.value)
    .values(state=State.RELEASED.value, changed_at=bindparam("now", type_=UtcDateTime))
    .returning(reservations.c.lines)
)
_COMMIT = (
    reservations.update()
    .where(reservations.c.order_id == bindparam("order"), reservations.c.state == State.HELD.value)
    .values(state=State.COMMITTED.value, changed_at=bindparam("now", type_=UtcDateTime))
    .returning(reservations.c.lines)
)


async def add_products(connection: AsyncConnection, rows: Iterable[tuple[Product, int]]) -> None:
    """Put products with their units on sale; those that are there stay as they are."""
    for product, units in rows:
        row = {name: getattr(product, name) for name in products.c.keys()}  # noqa: SIM118 -- a column collection
        if await insert_once(connection, products, row):
            await connection.execute(stock.insert().values(sku=product.sku, available=units))


async def all_products(connection: AsyncConnection) -> list[Product]:
    """Return every product, by SKU."""
    rows = await connection.execute(select(products).order_by(products.c.sku))
    return [Product(**row) for row in rows.mappings()]


async def available(connection: AsyncConnection, skus: Iterable[str] | None = None) -> dict[str, int]:
    """Return the units that can be reserved now, of `skus` or of everything."""
    query = select(stock.c.sku, stock.c.available)
    if skus is not None:
        query = query.where(stock.c.sku.in_(list(skus)))
    return {row.sku: row.available for row in await connection.execute(query)}


async def put(connection: AsyncConnection, units: Quantities) -> dict[str, int]:
    """Put units into stock; return what is there then, by SKU."""
    there: dict[str, int] = {}
    for sku in sorted(units):
        result = await connection.execute(_PUT, {"wanted": sku, "quantity": units[sku]})
        there[sku] = result.scalar_one()
    return there


async def add_reservation(connection: AsyncConnection, reservation: Reservation, now: datetime) -> bool:
    """Store `reservation` unless its order has one; say whether it is new."""
    row = {
        "order_id": reservation.order_id,
        "state": reservation.state.value,
        "lines": orjson.dumps(reservation.lines).decode(),
        "changed_at": now,
    }
    return await insert_once(connection, reservations, row)


async def find_reservation(connection: AsyncConnection, order_id: str) -> Reservation | None:
    """Return the reservation of an order, if there is one."""
    row = (await connection.execute(_FIND, {"order": order_id})).one_or_none()
    return None if row is None else reservation_of(row)


def reservation_of(row: Row[Any]) -> Reservation:
    """Return the reservation that a row holds."""
    return Reservation(row.order_id, State(row.state), _lines(row.lines))


async def release(connection: AsyncConnection, order_id: str, now: datetime) -> Reservation | None:
    """Mark a reservation released; return it if it was not so already."""
    return await _move(connection, _RELEASE, order_id, State.RELEASED, now)


async def commit(connection: AsyncConnection, order_id: str, now: datetime) -> Reservation | None:
    """Mark a held reservation committed; return it if it was held."""
    return await _move(connection, _COMMIT, order_id, State.COMMITTED, now)


async def _move(
    connection: AsyncConnection, statement: Any, order_id: str, state: State, now: datetime
) -> Reservation | None:
    lines = (await connection.execute(statement, {"order": order_id, "now": now})).scalar_one_or_none()
    return None if lines is None else Reservation(order_id, state, _lines(lines))


def _lines(stored: str) -> list[ReservedLine]:
    return [ReservedLine(**line) for line in orjson.loads(stored)]


async def open_purchase_orders(connection: AsyncConnection) -> list[PurchaseOrder]:
    """Return the purchase orders that have not arrived, oldest first."""
    columns = (purchase_orders.c.purchase_order_id, purchase_orders.c.sku, purchase_orders.c.quantity)
    query = select(*columns).where(purchase_orders.c.state == OPEN).order_by(purchase_orders.c.changed_at)
    return [PurchaseOrder(*row) for row in await connection.execute(query)]


async def add_purchase_order(connection: AsyncConnection, order: PurchaseOrder, now: datetime) -> bool:
    """Store a purchase order unless one is open for its SKU; say whether it is new."""
    row: Mapping[str, object] = {
        "purchase_order_id": order.purchase_order_id,
        "sku": order.sku,
        "quantity": order.quantity,
        "state": OPEN,
        "changed_at": now,
    }
    return await insert_once(connection, purchase_orders, row)


async def close_purchase_order(connection: AsyncConnection, order: PurchaseOrder, state: str, now: datetime) -> bool:
    """Mark an open purchase order received or refused; say whether it was open."""
    was_open = purchase_orders.c.purchase_order_id == order.purchase_order_id, purchase_orders.c.state == OPEN
    result = await connection.execute(purchase_orders.update().where(*was_open).values(state=state, changed_at=now))
    return result.rowcount == 1
