"""Judges a lab from outside: the customers' own record, the databases on disk and the provider's card ledger."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

PRODUCTS = Path(__file__).parents[2] / "services" / "inventory" / "products.json"

Row = dict[str, Any]
PAID = {"fulfilled"}
UNSETTLED = {"placing", "confirmed", "payment_pending"}


class Books:
    """What the databases of a lab say, read without going through any service."""

    def __init__(self, data: Path, products: Path = PRODUCTS) -> None:
        self._data = data
        self._products = products

    def seed(self) -> list[Row]:
        """Return what the inventory started with."""
        products: list[Row] = json.loads(self._products.read_text())
        return products

    def rows(self, database: str, query: str) -> list[Row]:
        """Return the rows of `query` on one of the lab's databases."""
        with closing(sqlite3.connect(self._data / f"{database}.db", timeout=60)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]

    def count(self, database: str, query: str) -> int:
        """Return the number that `query` asks for."""
        return int(next(iter(self.rows(database, query)[0].values())))

    def unsettled(self) -> dict[str, int]:
        """Return what is still under way; empty when all has been dealt with."""
        waiting = {
            "orders": self.count("order", "SELECT count(*) FROM orders WHERE status IN ('placing', 'confirmed')"),
            "payment_pending": self.count("order", "SELECT count(*) FROM orders WHERE status = 'payment_pending'"),
            "outbox": self.count("order", "SELECT count(*) FROM outbox"),
            "messages": self.count("broker", "SELECT count(*) FROM messages"),
        }
        return {name: number for name, number in waiting.items() if number}


def findings(books: Books, accepted: Collection[str]) -> list[str]:
    """Return, one sentence each, what is wrong with a lab in which everything has been dealt with."""
    orders = {row["order_id"]: row for row in books.rows("order", "SELECT order_id, status, total_cents FROM orders")}
    return [
        *_lost(orders, accepted),
        *_wrongly_charged(orders, books.rows("provider", "SELECT kind, reference, amount_cents FROM card_ledger")),
        *_wrongly_booked(orders, books),
        *_wrong_stock(orders, books),
        *_given_up(books),
    ]


def _lost(orders: dict[str, Row], accepted: Collection[str]) -> list[str]:
    lost = [order_id for order_id in accepted if order_id not in orders]
    undone = [
        order_id
        for order_id in accepted
        if order_id in orders and orders[order_id]["status"] in {"abandoned", "rejected", *UNSETTLED}
    ]
    return [f"order {order_id} was accepted and is not in the database" for order_id in lost] + [
        f"order {order_id} was accepted and is now {orders[order_id]['status']}" for order_id in undone
    ]


def _wrongly_charged(orders: dict[str, Row], ledger: list[Row]) -> list[str]:
    wrong, captures, net = [], Counter[str](), Counter[str]()
    for entry in ledger:
        reference = entry["reference"]
        if entry["kind"] == "capture":
            captures[reference] += 1
            net[reference] += entry["amount_cents"]
        elif entry["kind"] == "refund":
            net[reference] -= entry["amount_cents"]
    for reference, number in captures.items():
        if number > 1:
            wrong.append(f"order {reference} was charged {number} times")
    for reference in net.keys() | orders.keys():
        order = orders.get(reference)
        owed = order["total_cents"] if order and order["status"] in PAID else 0
        if net[reference] != owed:
            status = order["status"] if order else "unknown"
            wrong.append(f"order {reference} ({status}) owes {owed} cents and was charged {net[reference]}")
    return wrong


def _wrongly_booked(orders: dict[str, Row], books: Books) -> list[str]:
    wrong = []
    sums: dict[str, int] = defaultdict(int)
    for row in books.rows("billing", "SELECT order_id, kind, account, amount_cents FROM entries"):
        sums[row["account"]] += row["amount_cents"]
    if sum(sums.values()):
        wrong.append(f"the ledger does not balance: {dict(sums)}")
    running = {row["account"]: row["running_cents"] for row in books.rows("billing", "SELECT * FROM totals")}
    wrong += [
        f"account {account} runs at {running.get(account, 0)} and its entries sum to {sums.get(account, 0)}"
        for account in running.keys() | sums.keys()
        if running.get(account, 0) != sums.get(account, 0)
    ]
    invoices = {row["order_id"]: row for row in books.rows("billing", "SELECT order_id, status, lines FROM invoices")}
    for order_id, order in orders.items():
        invoice = invoices.get(order_id)
        issued = invoice is not None and invoice["status"] == "issued"
        if issued != (order["status"] in PAID):
            wrong.append(f"order {order_id} is {order['status']} and its invoice is {invoice and invoice['status']}")
        elif invoice and issued and _invoiced_cents(invoice) != order["total_cents"]:
            wrong.append(f"order {order_id} costs {order['total_cents']}, invoiced were {_invoiced_cents(invoice)}")
    return wrong


def _invoiced_cents(invoice: Row) -> int:
    return sum(line["net_cents"] + line["tax_cents"] for line in json.loads(invoice["lines"]))


def _wrong_stock(orders: dict[str, Row], books: Books) -> list[str]:
    wrong, gone = [], Counter[str]()
    for row in books.rows("inventory", "SELECT order_id, state, lines FROM reservations"):
        status = orders.get(row["order_id"], {}).get("status")
        if (row["state"] == "committed") != (status in PAID):
            wrong.append(f"the reservation of order {row['order_id']} ({status}) is {row['state']}")
        if row["state"] != "released":
            for line in json.loads(row["lines"]):
                gone[line["sku"]] += line["quantity"]
    return wrong + _miscounted(gone, books)


def _miscounted(gone: Counter[str], books: Books) -> list[str]:
    bought = Counter[str]()
    for row in books.rows("inventory", "SELECT sku, quantity FROM purchase_orders WHERE state = 'received'"):
        bought[row["sku"]] += row["quantity"]
    seeded = {row["sku"]: row["units"] for row in books.seed()}
    return [
        f"{sku}: {available} there, {gone[sku]} gone, of {seeded[sku]} + {bought[sku]} bought"
        for sku, available in ((row["sku"], row["available"]) for row in books.rows("inventory", "SELECT * FROM stock"))
        if available < 0 or available + gone[sku] != seeded[sku] + bought[sku]
    ]


def _given_up(books: Books) -> list[str]:
    dead = books.rows("broker", "SELECT topic, reason FROM dead_letters")
    return [f"a message ({row['topic']}) was given up: {row['reason']}" for row in dead]
