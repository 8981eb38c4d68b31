"""The databases of a platform, filled by hand: sound at first, then broken as a test likes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, text

import services.billing.storage.tables
import services.inventory.tables
import services.order.tables
import services.payment.storage
import services.provider.storage
from observability.impact.books import Books
from services.chassis import sqlite_queue
from tests.support.back_ends import copy_database, looking, plain_url

TABLES: dict[str, MetaData] = {
    "order": services.order.tables.metadata,
    "broker": sqlite_queue.metadata,
    "payment": services.payment.storage.metadata,
    "provider": services.provider.storage.metadata,
    "inventory": services.inventory.tables.metadata,
    "billing": services.billing.storage.tables.metadata,
}
CARELESS = {
    "sqlite": ("PRAGMA synchronous=OFF", "PRAGMA ignore_check_constraints=ON"),
    "postgresql": (
        "SET session_replication_role = replica",
        "ALTER TABLE IF EXISTS stock DROP CONSTRAINT IF EXISTS stock_available_check",
    ),
}
"""Dialect → how to write without waiting for the disk, and without regard for constraints."""
NOW_S = 1_790_000_000.0
LONG_AGO_S = NOW_S - 3600
CARD = "tok-visa"
PRICE, TAX, SEED = 1200, 200, {"MUG": 100}


@dataclass(frozen=True)
class HandMadeBooks:
    """Databases in `folder`, with the services' own tables. Every order is one mug at 12 EUR, 2 EUR of it tax."""

    folder: Path

    @classmethod
    def empty(cls, folder: Path) -> "HandMadeBooks":
        """Make the databases."""
        books = cls(folder)
        for name, tables in TABLES.items():
            with books._writing(name) as connection:
                tables.create_all(connection)
        books.insert("inventory", "products", sku="MUG", name="Mug", description="", price_cents=PRICE, tax_percent=20)
        books.insert("inventory", "stock", sku="MUG", available=SEED["MUG"])
        return books

    def urls(self) -> dict[str, str]:
        """Name → URL."""
        return {name: plain_url(self.folder, name) for name in TABLES}

    def copied(self, folder: Path) -> "HandMadeBooks":
        """Return books like these in another folder."""
        for name in TABLES:
            copy_database(self.folder, folder, name)
        return HandMadeBooks(folder)

    def reader(self, now_s: float = NOW_S) -> Books:
        """Return what reads them, at a moment."""
        return Books(self.urls(), SEED, clock=lambda: now_s)

    def change(self, database: str, *statements: str) -> None:
        """Change something behind everybody's back, constraints or not."""
        with self._writing(database) as connection:
            for statement in statements:
                connection.execute(text(statement))

    def insert(self, database: str, table: str, **row: Any) -> None:
        """Insert a row."""
        with self._writing(database) as connection:
            connection.execute(TABLES[database].tables[table].insert().values(**row))

    def order(self, order_id: str, status: str, at_s: float = LONG_AGO_S, customer_id: str = "ada") -> None:
        """Add an order to the order book alone."""
        moment = moment_at(at_s)
        priced = status not in {"placing", "abandoned", "rejected"}
        self.insert(
            "order", "orders", order_id=order_id, customer_id=customer_id, fingerprint="", status=status, attempt=1,
            claimed_until=moment, card_token=CARD, placed_at=moment, placed_as=None, discount_cents=0,
            total_cents=PRICE if priced else 0, stock_unconfirmed=False,
        )  # fmt: skip
        if priced:
            self.insert(
                "order", "order_lines", order_id=order_id, position=0, sku="MUG", name="Mug", quantity=1,
                unit_price_cents=PRICE, tax_percent=20,
            )  # fmt: skip

    def reserve(self, order_id: str, state: str, at_s: float = LONG_AGO_S) -> None:
        """Promise a mug to an order."""
        lines = json.dumps([{"sku": "MUG", "quantity": 1}])
        self.insert(
            "inventory", "reservations", order_id=order_id, state=state, lines=lines, changed_at=moment_at(at_s)
        )
        if state != "released":
            self.change("inventory", "UPDATE stock SET available = available - 1")

    def pay(self, order_id: str, state: str, at_s: float = LONG_AGO_S) -> None:
        """Have the payment service know a payment."""
        self.insert(
            "payment", "payments", order_id=order_id, amount_cents=PRICE, card_token=CARD, state=state, version=1,
            updated_at=moment_at(at_s),
        )  # fmt: skip

    def charge(self, order_id: str, kind: str = "capture", cents: int = PRICE, at_s: float = LONG_AGO_S) -> None:
        """Have the card network take money, or give it back."""
        entry = f"{order_id}-{kind}-{len(self.rows('provider', 'SELECT seq FROM card_ledger'))}"
        self.insert(
            "provider",
            "card_ledger",
            entry_id=entry,
            kind=kind,
            reference=order_id,
            amount_cents=cents,
            at=moment_at(at_s),
        )

    def invoice(self, order_id: str, at_s: float = LONG_AGO_S, customer_id: str = "ada") -> None:
        """Issue and book an invoice."""
        moment, net = moment_at(at_s), PRICE - TAX
        lines = [{"gross_cents": PRICE, "discount_cents": 0, "net_cents": net, "tax_cents": TAX}]
        number = len(self.rows("billing", "SELECT number FROM invoices")) + 1
        self.insert(
            "billing", "invoices", order_id=order_id, customer_id=customer_id, month="2026-09", number=number,
            issued_at=moment, status="issued", lines=json.dumps(lines),
        )  # fmt: skip
        self.insert("billing", "events", order_id=order_id, type="order.placed", event_id=order_id, recorded_at=moment)
        for account, cents in {"cash-in-transit": PRICE, "revenue": -net, "tax-payable": -TAX}.items():
            about = {"order_id": order_id, "kind": "invoice", "account": account, "amount_cents": cents}
            self.insert("billing", "entries", **about)
            self.insert("billing", "movements", **about, trace_id="", moved_at=moment)
            self.change(
                "billing",
                f"INSERT INTO totals VALUES ('{account}', {cents}) "
                f"ON CONFLICT (account) DO UPDATE SET running_cents = totals.running_cents + {cents}",
            )

    def fulfil(self, order_id: str, at_s: float = LONG_AGO_S, customer_id: str = "ada") -> None:
        """Add an order that was carried out, to every book."""
        self.order(order_id, "fulfilled", at_s, customer_id)
        self.reserve(order_id, "committed", at_s)
        self.pay(order_id, "captured", at_s)
        self.charge(order_id, at_s=at_s)
        self.invoice(order_id, at_s, customer_id)

    def message(self, order_id: str, since_s: float, topic: str = "order.cancelled") -> None:
        """Have a message about an order wait for the worker."""
        body = json.dumps({"order_id": order_id, "customer_id": "ada"})
        self.insert(
            "broker", "messages", id=f"{order_id}-{topic}", queue="order-queue", topic=topic, body=body, headers="{}",
            enqueued_at=since_s, available_at=since_s, deliveries=0,
        )  # fmt: skip

    def dead_letter(self, body: str) -> None:
        """Have a message put aside."""
        self.insert(
            "broker", "dead_letters", id="m1", queue="order-queue", topic="order.placed", body=body, headers="{}",
            deliveries=8, reason="nobody understands it", dead_at=LONG_AGO_S,
        )  # fmt: skip

    def rows(self, database: str, query: str) -> list[Any]:
        """Return rows."""
        with looking(self.folder, database).connect() as connection:
            return list(connection.execute(text(query)))

    @contextmanager
    def _writing(self, database: str) -> Iterator[Connection]:
        engine = looking(self.folder, database)
        with engine.begin() as connection:
            for wish in CARELESS[engine.dialect.name]:
                connection.exec_driver_sql(wish)
            yield connection


def moment_at(moment_s: float) -> datetime:
    """Return the moment that is so many seconds after 1970."""
    return datetime.fromtimestamp(moment_s, UTC)
