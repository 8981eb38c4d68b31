"""Billing's tables. Rows of `entries` and `movements` are never changed; a mistake is put right by another posting."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

from services.chassis.database import UtcDateTime

SERIAL = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts rows only in a column that is declared INTEGER."""

metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("order_id", String(64), primary_key=True),
    Column("type", String(32), primary_key=True),
    Column("event_id", String(64), unique=True),  # none: the place is kept by an event that makes this one void
    Column("recorded_at", UtcDateTime, nullable=False),
)

invoices = Table(
    "invoices",
    metadata,
    Column("order_id", String(64), primary_key=True),
    Column("customer_id", String(64), nullable=False),
    Column("month", String(7), nullable=False),
    Column("number", Integer, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False),
    Column("lines", Text, nullable=False),
    UniqueConstraint("month", "number"),
    Index("invoices_by_customer", "customer_id", "issued_at"),
)

entries = Table(
    "entries",
    metadata,
    Column("entry_id", SERIAL, primary_key=True, autoincrement=True),
    Column("order_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("account", String(32), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    UniqueConstraint("order_id", "kind", "account"),
)

totals = Table(
    "totals",
    metadata,
    Column("account", String(32), primary_key=True),
    Column("running_cents", BigInteger, nullable=False),
)

movements = Table(
    "movements",
    metadata,
    Column("movement_id", SERIAL, primary_key=True, autoincrement=True),
    Column("order_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("account", String(32), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("trace_id", String(32), nullable=False),
    Column("moved_at", UtcDateTime, nullable=False),
)
"""Every change of a running total, and the trace of the request that made it."""
