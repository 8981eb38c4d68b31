"""The provider's tables and queries."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, MetaData, Row, String, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import UtcDateTime, in_turn, insert_once
from services.provider.domain import Entry, Kind

metadata = MetaData()
card_ledger = Table(
    "card_ledger",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("entry_id", String(32), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("reference", String(64), nullable=False, index=True),
    Column("amount_cents", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("parent_id", String(32), index=True),
    Column("card_token", String(64)),
    Column("idempotency_key", String(255), unique=True),
)
purchase_orders = Table(
    "purchase_orders",
    metadata,
    Column("purchase_order_id", String(64), primary_key=True),
    Column("sku", String(32), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


async def append(connection: AsyncConnection, entry: Entry) -> bool:
    """Write `entry` unless its idempotency key is taken; say whether it is new.

    Entries are numbered in the order in which they can be seen, so that a reader who goes on from the last number it
    saw misses none.
    """
    await in_turn(connection, card_ledger.name)
    row = {name: getattr(entry, name) for name in Entry.__slots__}
    return await insert_once(connection, card_ledger, row)


async def entry_by_id(connection: AsyncConnection, entry_id: str) -> Entry | None:
    """Return the entry and, until the end of the transaction, keep others from drawing on it."""
    found = select(card_ledger).where(card_ledger.c.entry_id == entry_id).with_for_update()
    row = (await connection.execute(found)).one_or_none()
    return None if row is None else _entry(row)


async def entry_by_key(connection: AsyncConnection, idempotency_key: str) -> Entry | None:
    """Return what was done under this key."""
    found = select(card_ledger).where(card_ledger.c.idempotency_key == idempotency_key)
    row = (await connection.execute(found)).one_or_none()
    return None if row is None else _entry(row)


async def children(connection: AsyncConnection, parent_id: str) -> list[Entry]:
    """Return what draws on an entry."""
    return [_entry(row) for row in await _rows(connection, card_ledger.c.parent_id == parent_id)]


async def page(
    connection: AsyncConnection, reference: str | None, after: int, limit: int
) -> tuple[list[Entry], int | None]:
    """Return up to `limit` entries in the order they were written, and the cursor of the next page if there is one."""
    conditions = [card_ledger.c.seq > after]
    if reference is not None:
        conditions.append(card_ledger.c.reference == reference)
    rows = await _rows(connection, *conditions, limit=limit + 1)
    return [_entry(row) for row in rows[:limit]], rows[limit - 1].seq if len(rows) > limit else None


async def purchase_order(connection: AsyncConnection, purchase_order_id: str) -> tuple[str, int]:
    """Return the sku and the quantity that a purchase order asks for."""
    found = select(purchase_orders).where(purchase_orders.c.purchase_order_id == purchase_order_id)
    row = (await connection.execute(found)).one()
    return row.sku, row.quantity


async def _rows(
    connection: AsyncConnection, *conditions: ColumnElement[bool], limit: int | None = None
) -> Sequence[Row[Any]]:
    query = select(card_ledger).where(*conditions).order_by(card_ledger.c.seq).limit(limit)
    return (await connection.execute(query)).all()


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        row.entry_id,
        Kind(row.kind),
        row.reference,
        row.amount_cents,
        row.at,
        row.parent_id,
        row.card_token,
        row.idempotency_key,
    )
