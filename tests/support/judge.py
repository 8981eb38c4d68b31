"""Judges a lab from outside: the customers' own record, the databases on disk and the provider's card ledger."""

import json
import math
from collections.abc import Collection
from pathlib import Path
from typing import Any

from sqlalchemy import text

from observability.impact import books as ledgers
from observability.impact.case import Case
from observability.impact.judging import damages
from observability.impact.model import Damage, Patience
from tests.support.back_ends import has_database, looking, plain_url

PRODUCTS = Path(__file__).parents[2] / "services" / "inventory" / "products.json"
DATABASES = ("order", "broker", "payment", "provider", "inventory", "billing")
NO_PATIENCE = Patience(settle_s=0, delayed_after_s=0, unfinished_after_s=0)

Row = dict[str, Any]


class Books:
    """What the databases of a lab say, read without going through any service."""

    def __init__(self, data: Path, products: Path = PRODUCTS) -> None:
        self._data = data
        self._products = products

    def seed(self) -> dict[str, int]:
        """Return the units that the inventory started with, by SKU."""
        return {row["sku"]: row["units"] for row in json.loads(self._products.read_text())}

    def rows(self, database: str, query: str) -> list[Row]:
        """Return the rows of `query` on one of the lab's databases."""
        with looking(self._data, database).connect() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]

    def count(self, database: str, query: str) -> int:
        """Return the number that `query` asks for."""
        return int(next(iter(self.rows(database, query)[0].values())))

    def unsettled(self) -> dict[str, int]:
        """Return what is still under way; empty when all has been dealt with."""
        messages = self.count("broker", "SELECT count(*) FROM messages")
        return {**self.unfinished(), **({"messages": messages} if messages else {})}

    def unfinished(self) -> dict[str, int]:
        """Return what is still under way in the order service."""
        waiting = {
            "orders": self.count("order", "SELECT count(*) FROM orders WHERE status IN ('placing', 'confirmed')"),
            "payment_pending": self.count("order", "SELECT count(*) FROM orders WHERE status = 'payment_pending'"),
            "outbox": self.count("order", "SELECT count(*) FROM outbox"),
        }
        return {name: number for name, number in waiting.items() if number}

    def damages(self, accepted: Collection[str] = ()) -> list[Damage]:
        """Return what is wrong with a lab in which everything has been dealt with: nothing is in flight any more."""
        urls = {name: plain_url(self._data, name) for name in DATABASES if has_database(self._data, name)}
        snapshot = ledgers.Books(urls, self.seed(), clock=lambda: math.inf).look()
        assert not snapshot.missing, snapshot.missing
        return damages(Case(snapshot, NO_PATIENCE, dict.fromkeys(accepted)))


def findings(books: Books, accepted: Collection[str]) -> list[str]:
    """Return, one sentence each, what is wrong with a lab in which everything has been dealt with."""
    return [damage.says for damage in books.damages(accepted)]
