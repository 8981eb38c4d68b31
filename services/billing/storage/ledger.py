"""The ledger as a whole: opening a book, finding invoices, summing up."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, bindparam, select

from services.billing.domain import Invoice, InvoiceLine, IssuedInvoice, Status
from services.billing.storage import sums
from services.billing.storage.book import SqlBook
from services.billing.storage.sums import Checkpoint, State, Suspect
from services.billing.storage.tables import events, invoices
from services.chassis.database import Database

_of_order = select(invoices).where(invoices.c.order_id == bindparam("order_id"))
_of_customer = (
    select(invoices)
    .where(invoices.c.customer_id == bindparam("customer_id"))
    .order_by(invoices.c.issued_at.desc(), invoices.c.number.desc())
    .limit(bindparam("most"))
)
_order_of_event = select(events.c.order_id, events.c.type).where(events.c.event_id == bindparam("event_id"))


class Ledger:
    """Billing's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def book(self, event_id: str, trace_id: str, now: datetime) -> AsyncIterator[SqlBook]:
        """Open the book for one event; what is written is kept at the end of the block, unless it raises."""
        async with self._database.begin() as connection:
            yield SqlBook(connection, event_id, trace_id, now)

    async def invoice_of(self, order_id: str) -> IssuedInvoice | None:
        """Return the invoice of an order, or None."""
        async with self._database.read() as connection:
            row = (await connection.execute(_of_order, {"order_id": order_id})).one_or_none()
        return None if row is None else _issued(row)

    async def invoices_of(self, customer_id: str, most: int) -> list[IssuedInvoice]:
        """Return the latest invoices of a customer, newest first."""
        async with self._database.read() as connection:
            rows = (await connection.execute(_of_customer, {"customer_id": customer_id, "most": most})).all()
        return [_issued(row) for row in rows]

    async def state_since(self, since: Checkpoint) -> State:
        """Sum up the accounts as they are now; reads only what was entered since `since`."""
        async with self._database.read() as connection:
            return await sums.state_since(connection, since)

    async def suspects_between(self, since: Checkpoint, until: Checkpoint) -> list[Suspect]:
        """Return what made running totals and entries part between two checkpoints, the latest first."""
        async with self._database.read() as connection:
            return await sums.suspects_between(connection, since, until)

    async def meaning_of(self, event_id: str) -> tuple[str, str] | None:
        """Return the order and the type under which an event was registered, or None."""
        async with self._database.read() as connection:
            row = (await connection.execute(_order_of_event, {"event_id": event_id})).one_or_none()
        return None if row is None else (row.order_id, row.type)


def _issued(row: Row[Any]) -> IssuedInvoice:
    lines: Sequence[InvoiceLine] = [InvoiceLine(**line) for line in orjson.loads(row.lines)]
    invoice = Invoice(row.order_id, row.customer_id, lines)
    return IssuedInvoice(invoice, row.month, row.number, row.issued_at, Status(row.status))
