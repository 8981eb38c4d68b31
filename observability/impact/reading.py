"""Reading each database: few statements in portable SQL, summed up there where that saves rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, case, cast, func, null, select, union_all

from observability.impact import tables
from observability.impact.snapshot import Charge, Gap, Invoice, Letter, Order, Payment, Reservation

Told = dict[str, Any]
"""Fields of a snapshot."""
CASH, INVOICE = "cash-in-transit", "invoice"


def orders(connection: Connection) -> Told:
    """Orders, and the messages about them that have not left."""
    lines = tables.ORDER_LINES.c
    price = func.sum(lines.quantity * lines.unit_price_cents)
    prices = _pairs(connection, select(lines.order_id, price).group_by(lines.order_id))
    found = {
        row.order_id: Order(
            row.order_id,
            row.customer_id,
            row.status,
            row.placed_as,
            _seconds(row.placed_at),
            row.discount_cents,
            row.total_cents,
            row.stock_unconfirmed,
            prices.get(row.order_id),
        )
        for row in connection.execute(select(tables.ORDERS))
    }
    outbox = tables.OUTBOX.c
    return {"orders": found, "waiting": _waiting(connection.execute(select(outbox.body, outbox.stored_at)))}


def messages(connection: Connection) -> Told:
    """Messages that wait for the worker or are with it, and those that were given up."""
    queued = tables.MESSAGES.c
    given_up = letters(map(dict, connection.execute(select(tables.DEAD_LETTERS)).mappings()))
    return {"waiting": _waiting(connection.execute(select(queued.body, queued.enqueued_at))), **given_up}


def letters(given_up: Iterable[Mapping[str, Any]]) -> Told:
    """Messages that were given up, from whoever keeps them: `{"id", "topic", "reason", "body", "dead_at"}` each."""
    return {
        "letters": [
            Letter(one["id"], one["topic"], one["reason"], *_order_and_customer(one["body"]), one["dead_at"])
            for one in given_up
        ]
    }


def payments(connection: Connection) -> Told:
    """Payments."""
    found = {
        row.order_id: Payment(row.order_id, row.state, row.amount_cents, _seconds(row.updated_at))
        for row in connection.execute(select(tables.PAYMENTS))
    }
    return {"payments": found}


def charges(connection: Connection) -> Told:
    """What the card network has taken and given back, by order."""
    entry = tables.CARD_LEDGER.c
    taken = case((entry.kind == "capture", entry.amount_cents), else_=0)
    given = case((entry.kind == "refund", entry.amount_cents), else_=0)
    captures = func.sum(case((entry.kind == "capture", 1), else_=0))
    sums = select(
        entry.reference, captures, func.sum(taken), func.max(taken), func.sum(given), func.max(entry.at)
    ).group_by(entry.reference)
    found = {
        order_id: Charge(order_id, int(number), int(captured), int(largest), int(refunded), _seconds(last_at))
        for order_id, number, captured, largest, refunded, last_at in connection.execute(sums)
    }
    return {"charges": found}


def stock(connection: Connection) -> Told:
    """Stock, reservations, and what the supplier has delivered."""
    bought = tables.PURCHASE_ORDERS.c
    received = select(bought.sku, func.sum(bought.quantity)).where(bought.state == "received").group_by(bought.sku)
    return {
        "available": _pairs(connection, select(tables.STOCK.c.sku, tables.STOCK.c.available)),
        "reservations": {
            row.order_id: Reservation(row.order_id, row.state, _units(row.lines), _seconds(row.changed_at))
            for row in connection.execute(select(tables.RESERVATIONS))
        },
        "bought": _pairs(connection, received),
    }


def ledger(connection: Connection) -> Told:
    """Invoices, postings that do not balance, and where running totals and entries part."""
    entry, running, event = tables.ENTRIES.c, tables.TOTALS.c, tables.BOOKED_EVENTS.c
    total = func.sum(entry.amount_cents)
    by_account = select(entry.account, total).group_by(entry.account)
    unbalanced = select(entry.order_id, entry.kind, total).group_by(entry.order_id, entry.kind).having(total != 0)
    cash = select(entry.order_id, total).where(entry.kind == INVOICE, entry.account == CASH).group_by(entry.order_id)
    booked = select(event.order_id, func.max(event.recorded_at)).group_by(event.order_id)
    return {
        "invoices": {row.order_id: _invoice(row) for row in connection.execute(select(tables.INVOICES))},
        "booked_at_s": {order_id: _seconds(at) for order_id, at in connection.execute(booked)},
        "cash_cents": _pairs(connection, cash),
        "unbalanced": {(order_id, kind): int(cents) for order_id, kind, cents in connection.execute(unbalanced)},
        "gaps": list(_gaps(connection)),
        "running_cents": _pairs(connection, select(running.account, running.running_cents)),
        "entered_cents": _pairs(connection, by_account),
    }


READERS: Mapping[str, Callable[[Connection], Told]] = {
    "order": orders,
    "broker": messages,
    "payment": payments,
    "provider": charges,
    "inventory": stock,
    "billing": ledger,
}
"""In the order in which an order travels: what is under way shows before its effects do."""


def _gaps(connection: Connection) -> Iterator[Gap]:
    moved, entered = tables.MOVEMENTS.c, tables.ENTRIES.c
    never = cast(null(), tables.MOMENT).label("moved_at")
    both = union_all(
        select(moved.order_id, moved.kind, moved.account, moved.amount_cents, moved.moved_at),
        select(entered.order_id, entered.kind, entered.account, (-entered.amount_cents).label("amount_cents"), never),
    ).subquery()
    gap = func.sum(both.c.amount_cents)
    sides = (both.c.order_id, both.c.kind, both.c.account)
    for order_id, kind, account, cents, moved_at in connection.execute(
        select(*sides, gap, func.max(both.c.moved_at)).group_by(*sides).having(gap != 0)
    ):
        yield Gap(order_id, kind, account, int(cents), None if moved_at is None else _seconds(moved_at))


def _invoice(row: Row[Any]) -> Invoice:
    lines = orjson.loads(row.lines)
    crooked = (line["net_cents"] + line["tax_cents"] - line["gross_cents"] + line["discount_cents"] for line in lines)
    return Invoice(
        row.order_id,
        row.customer_id,
        row.status,
        row.month,
        _seconds(row.issued_at),
        lines_cents=sum(line["net_cents"] + line["tax_cents"] for line in lines),
        crooked_cents=sum(map(abs, crooked)),
    )


def _waiting(rows: Any) -> dict[str, float]:
    """Return the orders that messages are about, and since when the oldest message of each has waited."""
    waiting: dict[str, float] = {}
    for body, since_s in rows:
        order_id, _ = _order_and_customer(body)
        if order_id is not None:
            waiting[order_id] = min(since_s, waiting.get(order_id, since_s))
    return waiting


def _order_and_customer(body: str) -> tuple[str | None, str | None]:
    """Read a message's body, which need not be what it should be."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None, None
    if not isinstance(told, dict):
        return None, None
    order_id, customer_id = told.get("order_id"), told.get("customer_id")
    return (order_id if isinstance(order_id, str) else None), (customer_id if isinstance(customer_id, str) else None)


def _units(lines: str) -> dict[str, int]:
    return {line["sku"]: line["quantity"] for line in orjson.loads(lines)}


def _pairs(connection: Connection, query: Select[Any]) -> dict[str, int]:
    """Return names and numbers. PostgreSQL sums whole numbers up to decimals."""
    return {name: int(number) for name, number in connection.execute(query)}


def _seconds(moment: datetime) -> float:
    # SQLite keeps moments without their zone, which is UTC.
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
