"""Give back what was taken from cards more than once: of each order the one capture stays that payment knows.

Of an order that was cancelled none stays: payment has given that one back.

python docs/examples/repairs/charges.py .lab
"""

import json
import sqlite3
import sys
import urllib.request
from contextlib import closing
from pathlib import Path


def surplus(network: list[dict[str, object]], known: set[str]) -> list[dict[str, object]]:
    """Return the captures to give back: none that was refunded already, and all but the one to keep of every order."""
    refunded = {entry["parent_id"] for entry in network if entry["kind"] == "refund"}
    captures = [entry for entry in network if entry["kind"] == "capture"]
    owe_nothing = {one["reference"] for one in captures if one["entry_id"] in known & refunded}
    by_order: dict[object, list[dict[str, object]]] = {}
    for one in captures:
        if one["entry_id"] not in refunded:
            by_order.setdefault(one["reference"], []).append(one)
    found = []
    for order, taken in by_order.items():
        kept = None if order in owe_nothing else next((one for one in taken if one["entry_id"] in known), taken[0])
        found += [one for one in taken if one is not kept]
    return found


def main(home: Path) -> None:
    """Repair what the lab in `home` has charged in excess."""
    url = json.loads((home / "run" / "state.json").read_text())["urls"]["provider"]
    with urllib.request.urlopen(f"{url}/card/ledger?limit=10000", timeout=10) as page:
        network = json.load(page)["entries"]
    with closing(sqlite3.connect(home / "data" / "payment.db")) as book:
        known = {capture for (capture,) in book.execute("SELECT capture_id FROM payments")}
    for one in surplus(network, known):
        asked = {"reference": one["reference"], "capture_id": one["entry_id"], "amount_cents": one["amount_cents"]}
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"{one['entry_id']}:in-excess"}
        request = urllib.request.Request(f"{url}/card/refunds", json.dumps(asked).encode(), headers)
        urllib.request.urlopen(request, timeout=10).close()
        print(f"order {one['reference']}: {one['amount_cents']} cents given back")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
