"""Make the stock's figures true again: what is on sale is what there was, less what was promised; what lacks is bought.

    python docs/examples/repairs/stock.py .lab

For a lab without Docker. Nobody goes without what was promised: what is promised twice is ordered from the supplier.
"""

import json
import sqlite3
import sys
import urllib.request
from collections import Counter
from contextlib import closing
from pathlib import Path
from uuid import uuid4


def promised(book: sqlite3.Connection) -> Counter[str]:
    """Return the units that are held for orders or sold, by product."""
    units: Counter[str] = Counter()
    for (lines,) in book.execute("SELECT lines FROM reservations WHERE state <> 'released'"):
        for line in json.loads(lines):
            units[line["sku"]] += line["quantity"]
    return units


def buy(book: sqlite3.Connection, url: str, sku: str, units: int) -> None:
    """Order from the supplier, and note it as received."""
    number = uuid4().hex
    asked = {"purchase_order_id": number, "sku": sku, "quantity": units}
    request = urllib.request.Request(
        f"{url}/purchase-orders", json.dumps(asked).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=10).close()
    book.execute(
        "INSERT INTO purchase_orders VALUES (?, ?, ?, 'received', strftime('%Y-%m-%d %H:%M:%f', 'now') || '000')",
        [number, sku, units],
    )


def main(home: Path) -> None:
    """Repair the stock of the lab in `home`."""
    url = json.loads((home / "run" / "state.json").read_text())["urls"]["provider"]
    with closing(sqlite3.connect(home / "data" / "inventory.db", timeout=10)) as book, book:
        book.execute("BEGIN IMMEDIATE")  # nobody reserves anything meanwhile
        bought = dict(
            book.execute("SELECT sku, SUM(quantity) FROM purchase_orders WHERE state = 'received' GROUP BY sku")
        )
        taken = promised(book)
        opened = dict(book.execute("SELECT sku, units FROM opening_stock"))
        for sku, available in list(book.execute("SELECT sku, available FROM stock")):
            left = opened[sku] + bought.get(sku, 0) - taken[sku]
            if left < 0:
                buy(book, url, sku, -left)
            if available != max(left, 0):
                book.execute("UPDATE stock SET available = ? WHERE sku = ?", [max(left, 0), sku])
                print(f"{sku}: {max(left, 0)} units are on sale, not {available}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
