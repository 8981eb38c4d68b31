"""The tables of the order service."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from services.chassis.database import UtcDateTime
from services.chassis.outbox import outbox_table
from services.order.domain import Status

metadata = MetaData()
orders = Table(
    "orders",
    metadata,
    # Rises with time, so that history can be paged by it. SQLite counts up by itself only in an INTEGER.
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("order_id", String(32), nullable=False, unique=True),
    Column("customer_id", String(40), nullable=False),
    Column("idempotency_key", String(200), unique=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("claimed_until", UtcDateTime, nullable=False),
    Column("claimed_by", String(64)),
    Column("card_token", String(64), nullable=False),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("placed_as", String(16)),
    Column("discount_cents", BigInteger, nullable=False),
    Column("total_cents", BigInteger, nullable=False),
    Column("stock_unconfirmed", Boolean, nullable=False),
    Column("refusal", Text),
)
Index("orders_by_customer", orders.c.customer_id, orders.c.number)
Index(
    "orders_being_placed",
    orders.c.claimed_until,
    sqlite_where=orders.c.status == Status.PLACING,
    postgresql_where=orders.c.status == Status.PLACING,
)
order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", String(32), ForeignKey(orders.c.order_id), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("sku", String(32), nullable=False),
    Column("name", String(120), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price_cents", BigInteger, nullable=False),
    Column("tax_percent", Integer, nullable=False),
)
known_prices = Table(
    "known_prices",
    metadata,
    Column("sku", String(32), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("unit_price_cents", BigInteger, nullable=False),
    Column("tax_percent", Integer, nullable=False),
)
last_writes = Table(
    "last_writes",
    metadata,
    Column("customer_id", String(40), primary_key=True),
    Column("version", BigInteger, nullable=False),
)
"""How often a customer has changed something. It reaches a replica in one piece with the change itself."""
outbox = outbox_table(metadata)
