"""Claims about the programs of the guide that put data right; what they do to a lab is seen in `tests/drills`."""

import json
import runpy
import sqlite3
from contextlib import closing

import pytest

from tests.support.lab import ROOT

LEDGER = runpy.run_path(str(ROOT / "docs" / "examples" / "repairs" / "ledger.py"), run_name="ledger")
CHARGES = runpy.run_path(str(ROOT / "docs" / "examples" / "repairs" / "charges.py"), run_name="charges")
STRAIGHT = {"gross_cents": 1200, "discount_cents": 200, "net_cents": 840, "tax_cents": 160}


@pytest.mark.parametrize(
    ("lines", "is_wrong"),
    [
        ([STRAIGHT, STRAIGHT], False),
        ([STRAIGHT], True),
        ([STRAIGHT, STRAIGHT | {"tax_cents": 159}], True),
        ([STRAIGHT | {"tax_cents": 161}, STRAIGHT | {"tax_cents": 159}], True),
    ],
    ids=["as ordered", "a line is missing", "a cent is lost", "two lines are wrong, and their sum is right"],
)
def test_an_invoice_that_is_not_what_was_ordered_is_found(lines: list[dict[str, int]], is_wrong: bool) -> None:
    """By its lines, each of which has to sum."""
    with closing(sqlite3.connect(":memory:")) as billing, closing(sqlite3.connect(":memory:")) as orders:
        orders.execute("CREATE TABLE orders (order_id, total_cents)")
        orders.execute("INSERT INTO orders VALUES ('o1', 2000)")
        billing.execute("CREATE TABLE invoices (order_id, number, lines)")
        billing.execute("INSERT INTO invoices VALUES ('o1', 7, ?)", [json.dumps(lines)])
        assert LEDGER["wrong"](billing, orders) == ({"o1": 7} if is_wrong else {})


@pytest.mark.parametrize(
    ("refunded", "surplus"),
    [((), ["first", "third"]), (("first",), ["third"]), (("known",), ["first", "third"]), (("first", "third"), [])],
    ids=["charged three times", "one was given back", "cancelled", "all was given back"],
)
def test_of_what_a_card_was_charged_one_capture_stays(refunded: tuple[str, ...], surplus: list[str]) -> None:
    """The one that payment knows; none where payment has given that one back."""
    taken = [{"kind": "capture", "reference": "o1", "entry_id": name} for name in ("first", "known", "third")]
    back = [{"kind": "refund", "reference": "o1", "entry_id": f"{name}-back", "parent_id": name} for name in refunded]
    found = CHARGES["surplus"](taken + back, {"known", "of another order"})
    assert [one["entry_id"] for one in found] == surplus
