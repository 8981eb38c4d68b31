"""Writing to the ledger: one transaction, few statements."""

from datetime import datetime
from functools import cache

import orjson
from sqlalchemy import Executable, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.domain import Account, Book, Invoice, IssuedInvoice, Kind, Order, Posting, Status, month_of
from services.billing.storage.tables import entries, events, invoices, movements, totals
from services.chassis.database import insert_once, insertion_into

PLACED = "order.placed"
CANCELLED = "order.cancelled"

_mine = select(entries.c.account, entries.c.amount_cents).where(
    entries.c.order_id == bindparam("order_id"), entries.c.kind == Kind.INVOICE
)
_next_number = (
    select(func.coalesce(func.max(invoices.c.number), 0) + 1)
    .where(invoices.c.month == bindparam("numbered_month"))
    .scalar_subquery()
)
_issue = invoices.insert().values(number=_next_number).returning(invoices.c.number)
_credit = (
    invoices.update().where(invoices.c.order_id == bindparam("credited_order")).values(status=Status.CREDITED.value)
)


class SqlBook(Book):
    """`services.billing.domain.Book` on one connection, on behalf of one event.

    Moving the totals locks their rows until the end of the transaction. That puts postings in one order, which the
    numbers of invoices and the reconciliation (it goes on from the last entry it saw) rely on.
    """

    def __init__(self, connection: AsyncConnection, event_id: str, trace_id: str, now: datetime) -> None:
        self._connection = connection
        self._event_id = event_id
        self._trace_id = trace_id
        self._now = now

    async def is_new(self, order: Order) -> bool:
        """Register the order; return False when it, or its cancellation, was registered before."""
        return await self._register(order.order_id, PLACED, self._event_id)

    async def is_new_cancellation(self, order_id: str) -> bool:
        """Register the cancellation of an order; return False when it was registered before."""
        return await self._register(order_id, CANCELLED, self._event_id)

    async def makes_void(self, order_id: str) -> bool:
        """Return True when the order was not heard of before; then it never will be."""
        return await self._register(order_id, PLACED, None)

    async def _register(self, order_id: str, kind: str, event_id: str | None) -> bool:
        row = {"order_id": order_id, "type": kind, "event_id": event_id, "recorded_at": self._now}
        return await insert_once(self._connection, events, row)

    async def move_totals(self, posting: Posting) -> None:
        """Add the posting's amounts to the running totals of the accounts, all of them in one order."""
        amounts = {account.value: posting.amounts.get(account, 0) for account in Account}
        await self._connection.execute(
            _addition(self._connection.dialect.name),
            [{"account": account, "running_cents": cents} for account, cents in amounts.items()],
        )
        about = {"order_id": posting.order_id, "kind": posting.kind.value, "trace_id": self._trace_id}
        moved = [
            {**about, "account": account, "amount_cents": cents, "moved_at": self._now}
            for account, cents in amounts.items()
            if cents
        ]
        if moved:
            await self._connection.execute(movements.insert(), moved)

    async def enter(self, posting: Posting) -> None:
        """Write the posting's entries. Raises `ValueError` when they do not balance."""
        about = {"order_id": posting.order_id, "kind": posting.kind.value}
        rows = [{**about, "account": account.value, "amount_cents": cents} for account, cents in posting.entries()]
        if rows:
            await self._connection.execute(entries.insert(), rows)

    async def issue(self, invoice: Invoice) -> IssuedInvoice:
        """Give the invoice the next number of the month and keep it."""
        month = month_of(self._now)
        row = {
            "order_id": invoice.order_id,
            "customer_id": invoice.customer_id,
            "month": month,
            "numbered_month": month,
            "issued_at": self._now,
            "status": Status.ISSUED.value,
            "lines": orjson.dumps(list(invoice.lines)).decode(),
        }
        number = (await self._connection.execute(_issue, row)).scalar_one()
        return IssuedInvoice(invoice, month, number, self._now, Status.ISSUED)

    async def entered(self, order_id: str) -> Posting:
        """Return what was entered for the invoice of an order."""
        rows = (await self._connection.execute(_mine, {"order_id": order_id})).all()
        return Posting(order_id, Kind.INVOICE, {Account(account): cents for account, cents in rows})

    async def mark_credited(self, order_id: str) -> None:
        """Say on the invoice of an order that it was taken back."""
        await self._connection.execute(_credit, {"credited_order": order_id})


@cache
def _addition(dialect: str) -> Executable:
    addition = insertion_into(dialect, totals)
    return addition.on_conflict_do_update(
        index_elements=[totals.c.account],
        set_={"running_cents": totals.c.running_cents + addition.excluded.running_cents},
    )
