"""Every invariant holds for sound books, and is found broken where somebody broke it."""

import re
from collections.abc import Callable

import pytest

from observability.impact.case import Case
from observability.impact.invariants import INVARIANTS, charges, invoices, ledger, orders, stock
from observability.impact.judging import damages
from observability.impact.model import Damage
from tests.support.hand_made_books import LONG_AGO_S, NOW_S, PRICE, HandMadeBooks, moment_at
from tests.support.pages import ROOT

Break = Callable[[HandMadeBooks], None]


def sql(database: str, *statements: str) -> Break:
    """Return what changes one database."""
    return lambda books: books.change(database, *statements)


def an_order(status: str, **more: str) -> Break:
    """Return what adds an order of long ago, with no other book knowing of it."""

    def add(books: HandMadeBooks) -> None:
        books.order("new", status)
        for column, value in more.items():
            books.change("order", f"UPDATE orders SET {column} = '{value}' WHERE order_id = 'new'")

    return add


def charged(order_id: str, cents: int = PRICE) -> Break:
    """Return what charges somebody."""
    return lambda books: books.charge(order_id, cents=cents)


BREAKS: list[tuple[str, Break, str, int]] = [
    ("forgotten", sql("order", "DELETE FROM orders WHERE order_id = 'o1'"), orders.KEPT, 0),
    ("given up", an_order("abandoned", placed_as="confirmed"), orders.PROMISED, 0),
    ("refused", an_order("rejected", placed_as="payment_pending"), orders.PROMISED, 0),
    ("charged and given up", charged("o5"), orders.CHARGED, PRICE),
    ("confirmed for an hour", an_order("confirmed"), orders.CARRIED_OUT, 0),
    ("pending for an hour", an_order("payment_pending"), orders.CARRIED_OUT, 0),
    ("placing for an hour", an_order("placing"), orders.CARRIED_OUT, 0),
    ("a dead letter", lambda books: books.dead_letter('{"order_id": "o1"}'), orders.DELIVERED, 0),
    ("a dead letter in no language", lambda books: books.dead_letter("{"), orders.DELIVERED, 0),
    ("charged twice", charged("o1"), charges.ONCE, PRICE),
    ("charged after a decline", charged("o3"), charges.OWED, PRICE),
    ("charged for no order", charged("nobody"), charges.OWED, PRICE),
    ("charged too little", sql("provider", "UPDATE card_ledger SET amount_cents = 1100"), charges.OWED, 100),
    ("delivered for nothing", sql("provider", "DELETE FROM card_ledger"), charges.OWED, PRICE),
    ("refunded without a word", lambda books: books.charge("o1", "refund"), charges.AGREED, PRICE),
    ("payment forgotten", sql("payment", "DELETE FROM payments"), charges.AGREED, PRICE),
    ("not invoiced", sql("billing", "DELETE FROM invoices WHERE order_id = 'o1'"), invoices.INVOICED, PRICE),
    ("credited", sql("billing", "UPDATE invoices SET status = 'credited'"), invoices.INVOICED, PRICE),
    ("invoiced after a decline", lambda books: books.invoice("o3"), invoices.INVOICED, PRICE),
    ("another total", sql("order", "UPDATE orders SET total_cents = 1100 WHERE total_cents > 0"), invoices.PRICED, 100),
    ("a discount in no total", sql("order", "UPDATE orders SET discount_cents = 1"), invoices.PRICED, 1),
    ("an invoice from before its order", sql("order", "UPDATE orders SET placed_at = '2026-09-21 15:00:00'"),
     invoices.DATED, 0),
    ("an invoice from the future", lambda books: books.fulfil("o6", NOW_S + 3600), invoices.DATED, 0),
    ("an invoice that counts in another month", sql("billing", "UPDATE invoices SET month = '2026-08'"),
     invoices.DATED, 0),
    ("tax by another rule", sql("billing", "UPDATE invoices SET lines = replace(lines, '200', '201')"),
     ledger.SUMMED, 1),
    ("one side entered", sql("billing", "DELETE FROM entries WHERE account = 'revenue'"), ledger.BALANCED, 1000),
    ("moved twice", sql("billing", "INSERT INTO movements (order_id, kind, account, amount_cents, trace_id, moved_at) "
     "SELECT order_id, kind, account, amount_cents, trace_id, moved_at FROM movements WHERE account = 'revenue'",
     "UPDATE totals SET running_cents = 2 * running_cents WHERE account = 'revenue'"), ledger.RUNNING, 1000),
    ("a total that slipped", sql("billing", "UPDATE totals SET running_cents = running_cents + 7"), ledger.RUNNING, 7),
    ("less than nothing", sql("inventory", "UPDATE stock SET available = -1"), stock.POSITIVE, 0),
    ("goods not given", sql("inventory", "UPDATE reservations SET state = 'held'"), stock.RESERVED, 0),
    ("goods kept for nobody", lambda books: books.reserve("o4", "held"), stock.RESERVED, 0),
    ("no reservation", sql("inventory", "DELETE FROM reservations WHERE order_id = 'o1'"), stock.RESERVED, 0),
    ("sold twice", sql("inventory", "UPDATE stock SET available = 99"), stock.ACCOUNTED, 0),
    ("units lost", sql("inventory", "UPDATE stock SET available = 90"), stock.ACCOUNTED, 0),
]  # fmt: skip


def judged(books: HandMadeBooks, now_s: float = NOW_S) -> list[Damage]:
    """Return what is wrong."""
    snapshot = books.reader(now_s).look()
    assert not snapshot.missing
    return damages(Case(snapshot))


def test_sound_books_have_nothing_wrong(books: HandMadeBooks) -> None:
    """Neither do orders that were declined, rejected, given up or returned."""
    books.fulfil("o6")
    books.change("order", "UPDATE orders SET status = 'cancelled' WHERE order_id = 'o6'")
    books.change("payment", "UPDATE payments SET state = 'refunded' WHERE order_id = 'o6'")
    books.charge("o6", "refund")
    books.change("billing", "UPDATE invoices SET status = 'credited' WHERE order_id = 'o6'")
    books.change(
        "inventory", "UPDATE reservations SET state = 'released' WHERE order_id = 'o6'",
        "UPDATE stock SET available = available + 1",
    )  # fmt: skip
    assert judged(books) == []


@pytest.mark.parametrize(("_", "breaks", "invariant", "cents"), BREAKS, ids=[name for name, *_ in BREAKS])
def test_what_is_broken_is_found(books: HandMadeBooks, _: str, breaks: Break, invariant: str, cents: int) -> None:
    """By the invariant that it breaks, with the money that is wrong."""
    breaks(books)
    found = [damage for damage in judged(books) if damage.invariant == invariant]
    assert found
    assert {damage.cents for damage in found} == {cents}


def test_every_invariant_is_broken_by_some_test() -> None:
    """None is only there to hold."""
    assert {invariant for _, _, invariant, _ in BREAKS} == {invariant.says for invariant in INVARIANTS}


def test_damage_names_the_order_the_customer_and_the_time(books: HandMadeBooks) -> None:
    """Whoever was harmed can be told."""
    books.charge("o2")
    [damage] = [each for each in judged(books) if each.invariant == charges.ONCE]
    assert (damage.order_id, damage.customer_id, damage.since_s) == ("o2", "berta", LONG_AGO_S)
    assert damage.says == "order o2 was charged 2 times, 12.00 EUR too much"


def test_of_what_is_oversold_the_latest_order_is_named(books: HandMadeBooks) -> None:
    """The others were there first."""
    books.fulfil("late", LONG_AGO_S + 60)
    books.change("inventory", "UPDATE stock SET available = available + 1")
    assert [damage.order_id for damage in judged(books)] == [None, "late"]


@pytest.mark.parametrize(("age_s", "late"), [(29, []), (31, ["o9"])])
def test_an_accepted_order_is_in_flight_for_a_while_and_then_delayed(
    books: HandMadeBooks, age_s: float, late: list[str]
) -> None:
    """Nothing else is wrong with it, whether its money was taken yet or not."""
    books.order("o9", "confirmed", NOW_S - age_s)
    books.reserve("o9", "held", NOW_S - age_s)
    books.charge("o9", at_s=NOW_S - age_s)
    books.pay("o9", "captured", NOW_S - age_s)
    assert [(damage.order_id, damage.effect) for damage in judged(books)] == [(one, "delayed") for one in late]


@pytest.mark.parametrize(("since_s", "wrong"), [(NOW_S - 5, False), (NOW_S - 45, True)])
def test_a_refund_under_way_is_not_wrong_yet(books: HandMadeBooks, since_s: float, wrong: bool) -> None:
    """As long as the message that undoes the order has not waited for too long."""
    books.change("order", "UPDATE orders SET status = 'cancelled' WHERE order_id = 'o1'")
    books.message("o1", since_s)
    assert bool(judged(books)) is wrong


def test_a_payment_half_done_is_not_wrong_yet(books: HandMadeBooks) -> None:
    """The payment service sees it through."""
    books.fulfil("o6")
    books.change("order", "UPDATE orders SET status = 'cancelled' WHERE order_id = 'o6'")
    books.change("payment", "UPDATE payments SET state = 'refunding' WHERE order_id = 'o6'")
    found = {damage.invariant for damage in judged(books)}
    # An hour is too long; a moment is not.
    assert charges.OWED in found
    moment = f"{moment_at(NOW_S - 1):%Y-%m-%d %H:%M:%S.%f}".replace(":", r"\:")
    books.change("payment", f"UPDATE payments SET updated_at = '{moment}' WHERE order_id = 'o6'")
    assert charges.OWED not in {damage.invariant for damage in judged(books)}


def test_what_was_touched_a_moment_ago_may_differ(books: HandMadeBooks) -> None:
    """The other books have yet to hear of it."""
    books.charge("o3", at_s=NOW_S - 2)
    assert judged(books) == []
    assert judged(books, NOW_S + 30) != []


def test_the_page_lists_every_invariant() -> None:
    """In the words of the bill, in its order."""
    listed = (ROOT / "docs" / "impact.md").read_text().partition("## What has to hold")[2].partition("\n## ")[0]
    assert re.findall(r"^- (.+)$", listed, re.MULTILINE) == [invariant.says for invariant in INVARIANTS]
