"""The columns that the meter reads of every service's database. It describes them itself: services are not imported."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Float, String, TableClause, column, table
from sqlalchemy.sql.type_api import TypeEngine

TEXT, CENTS, MOMENT, SECONDS = String(), BigInteger(), DateTime(timezone=True), Float()


def _table(name: str, **columns: TypeEngine[Any]) -> TableClause:
    return table(name, *(column(each, kind) for each, kind in columns.items()))


ORDERS = _table(
    "orders",
    order_id=TEXT,
    customer_id=TEXT,
    status=TEXT,
    placed_as=TEXT,
    placed_at=MOMENT,
    discount_cents=CENTS,
    total_cents=CENTS,
    stock_unconfirmed=Boolean(),
)
ORDER_LINES = _table("order_lines", order_id=TEXT, quantity=CENTS, unit_price_cents=CENTS)
OUTBOX = _table("outbox", body=TEXT, stored_at=SECONDS)

MESSAGES = _table("messages", body=TEXT, enqueued_at=SECONDS)
DEAD_LETTERS = _table("dead_letters", id=TEXT, topic=TEXT, body=TEXT, reason=TEXT, dead_at=SECONDS)

PAYMENTS = _table("payments", order_id=TEXT, state=TEXT, amount_cents=CENTS, updated_at=MOMENT)

CARD_LEDGER = _table("card_ledger", kind=TEXT, reference=TEXT, amount_cents=CENTS, at=MOMENT)

STOCK = _table("stock", sku=TEXT, available=CENTS)
RESERVATIONS = _table("reservations", order_id=TEXT, state=TEXT, lines=TEXT, changed_at=MOMENT)
PURCHASE_ORDERS = _table("purchase_orders", sku=TEXT, quantity=CENTS, state=TEXT)

INVOICES = _table("invoices", order_id=TEXT, customer_id=TEXT, month=TEXT, status=TEXT, lines=TEXT, issued_at=MOMENT)
BOOKED_EVENTS = _table("events", order_id=TEXT, recorded_at=MOMENT)
ENTRIES = _table("entries", order_id=TEXT, kind=TEXT, account=TEXT, amount_cents=CENTS)
TOTALS = _table("totals", account=TEXT, running_cents=CENTS)
MOVEMENTS = _table("movements", order_id=TEXT, kind=TEXT, account=TEXT, amount_cents=CENTS, moved_at=MOMENT)
