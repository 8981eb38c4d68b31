"""The tables of the inventory."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

from services.chassis.database import UtcDateTime

OPEN, RECEIVED, REFUSED = "open", "received", "refused"

metadata = MetaData()
products = Table(
    "products",
    metadata,
    Column("sku", String(32), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("description", Text, nullable=False),
    Column("price_cents", BigInteger, nullable=False),
    Column("tax_percent", Integer, nullable=False),
)
stock = Table(
    "stock",
    metadata,
    Column("sku", String(32), ForeignKey(products.c.sku), primary_key=True),
    Column("available", BigInteger, CheckConstraint("available >= 0"), nullable=False),
)
opening_stock = Table(
    "opening_stock",
    metadata,
    Column("sku", String(32), ForeignKey(products.c.sku), primary_key=True),
    Column("units", BigInteger, nullable=False),
)
reservations = Table(
    "reservations",
    metadata,
    Column("order_id", String(32), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("lines", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)
purchase_orders = Table(
    "purchase_orders",
    metadata,
    Column("purchase_order_id", String(32), primary_key=True),
    Column("sku", String(32), ForeignKey(products.c.sku), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)
Index(
    "one_open_purchase_order_per_sku",
    purchase_orders.c.sku,
    unique=True,
    sqlite_where=purchase_orders.c.state == OPEN,
    postgresql_where=purchase_orders.c.state == OPEN,
)
