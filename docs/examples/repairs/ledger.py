"""Put the ledger right: wrong invoices are issued anew, running totals become the sums of the entries.

    python docs/examples/repairs/ledger.py .lab

For a lab without Docker, once the code is repaired: billing issues the invoices itself, so it has to do so well.
"""

import json
import sqlite3
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

FORGOTTEN = ("events", "invoices", "entries", "movements")
LINE = ("sku", "name", "quantity", "unit_price_cents", "tax_percent")


def wrong(billing: sqlite3.Connection, orders: sqlite3.Connection) -> dict[str, int]:
    """Return the orders whose invoice is not what was ordered, or has a line that does not sum, with its number."""
    due = dict(orders.execute("SELECT order_id, total_cents FROM orders"))
    found = {}
    for order_id, number, text in billing.execute("SELECT order_id, number, lines FROM invoices"):
        lines = json.loads(text)
        paid = sum(line["gross_cents"] - line["discount_cents"] for line in lines)
        crooked = any(
            line["net_cents"] + line["tax_cents"] != line["gross_cents"] - line["discount_cents"] for line in lines
        )
        if crooked or paid != due.get(order_id, paid):
            found[order_id] = number
    return found


def event(orders: sqlite3.Connection, order_id: str, kind: str) -> bytes:
    """Return what the order service told of an order, from its own book."""
    customer, discount, total, at = orders.execute(
        "SELECT customer_id, discount_cents, total_cents, placed_at FROM orders WHERE order_id = ?", [order_id]
    ).fetchone()
    lines = orders.execute(
        f"SELECT {', '.join(LINE)} FROM order_lines WHERE order_id = ? ORDER BY position",
        [order_id],
    )
    told = {
        "event_id": f"{order_id}-{kind}",
        "type": f"order.{kind}",
        "order_id": order_id,
        "customer_id": customer,
        "occurred_at": f"{at.replace(' ', 'T')}Z",
        "lines": [dict(zip(LINE, line, strict=True)) for line in lines],
        "discount_cents": discount,
        "total_cents": total,
    }
    return json.dumps(told).encode()


def main(home: Path) -> None:
    """Repair what is wrong in the ledger of the lab in `home`."""
    url = json.loads((home / "run" / "state.json").read_text())["urls"]["billing"]
    with (
        closing(sqlite3.connect(home / "data" / "order.db")) as orders,
        closing(sqlite3.connect(home / "data" / "billing.db", timeout=10)) as billing,
    ):
        for order_id, number in wrong(billing, orders).items():
            with billing:
                told = [kind for (kind,) in billing.execute("SELECT type FROM events WHERE order_id = ?", [order_id])]
                for table in FORGOTTEN:
                    billing.execute(f"DELETE FROM {table} WHERE order_id = ?", [order_id])
            for kind in sorted(told, reverse=True):  # placed before cancelled
                body = event(orders, order_id, kind.partition(".")[2])
                request = urllib.request.Request(f"{url}/events", body, {"Content-Type": "application/json"})
                urllib.request.urlopen(request, timeout=10).close()
            with billing:
                billing.execute("UPDATE invoices SET number = ? WHERE order_id = ?", [number, order_id])
            print(f"invoice {number} of order {order_id} is issued anew")
        with billing:
            billing.execute(
                "INSERT INTO movements (order_id, kind, account, amount_cents, trace_id, moved_at)"
                " SELECT order_id, kind, account, SUM(amount_cents), '', strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'"
                " FROM (SELECT order_id, kind, account, amount_cents FROM entries UNION ALL"
                " SELECT order_id, kind, account, -amount_cents FROM movements)"
                " GROUP BY order_id, kind, account HAVING SUM(amount_cents) <> 0"
            )
            billing.execute(
                "UPDATE totals SET running_cents ="
                " (SELECT COALESCE(SUM(amount_cents), 0) FROM entries WHERE entries.account = totals.account)"
            )
    again = urllib.request.Request(f"{url}/ledger/reconciliation", method="POST")
    urllib.request.urlopen(again, timeout=30).close()
    print("totals are the sums of the entries")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
