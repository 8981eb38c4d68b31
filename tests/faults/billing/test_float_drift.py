"""Proof for `billing.float_drift`: billing's books are exact to the cent, whatever is ordered, replayed or cancelled.

It knows billing by its base URL only and judges what billing says, not how it counts: invoices against the orders they
are for, running totals against entries, and both against the sums of the invoices.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.back_ends import BackEnd
from tests.support.proof import Subject, subjects, under_proof

pytestmark = pytest.mark.usefixtures("back_end_of_module")

FAULT = "billing.float_drift"
Json = dict[str, Any]
Claim = Callable[[httpx.Client], None]

LINES = st.lists(
    st.fixed_dictionaries(
        {
            "quantity": st.integers(1, 99),
            "unit_price_cents": st.integers(1, 250_000) | st.integers(0, 300).map(lambda euros: euros * 100 + 99),
            "tax_percent": st.sampled_from([0, 5, 7, 10, 19, 20, 25]) | st.integers(0, 100),
        }
    ),
    min_size=1,
    max_size=6,
)
PERMILLE_OFF = st.just(0) | st.just(50) | st.integers(1, 1000)
TRIALS = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
    report_multiple_bugs=False,
)


def order_placed(lines: list[Json], permille_off: int) -> Json:
    """Return the event of an order with this share of its gross price taken off."""
    gross = sum(line["quantity"] * line["unit_price_cents"] for line in lines)
    discount = gross * permille_off // 1000
    return {
        "event_id": uuid4().hex,
        "type": "order.placed",
        "order_id": uuid4().hex,
        "customer_id": "proof",
        "occurred_at": "2025-11-22T03:00:00Z",
        "lines": [{"sku": f"SKU-{i}", "name": f"Thing {i}", **line} for i, line in enumerate(lines)],
        "discount_cents": discount,
        "total_cents": gross - discount,
    }


ORDERS = st.builds(order_placed, LINES, PERMILLE_OFF)


def cancelled(event: Json) -> Json:
    """Return the event that cancels the order of `event`."""
    return {**event, "event_id": uuid4().hex, "type": "order.cancelled"}


def post(billing: httpx.Client, event: Json) -> Json:
    """Post one event; return the answer."""
    response = billing.post("/events", json=event)
    assert response.is_success, response.text
    answer: Json = response.json()
    return answer


def books(billing: httpx.Client) -> tuple[Counter[str], Counter[str]]:
    """Have the ledger reconciled; return running totals and sums of entries by account, zeroes left out."""
    accounts = billing.post("/ledger/reconciliation").raise_for_status().json()["accounts"]
    running = {account["account"]: account["running_cents"] for account in accounts}
    entered = {account["account"]: account["entries_cents"] for account in accounts}
    return Counter(running), Counter(entered)


def change(before: Counter[str], after: Counter[str]) -> dict[str, int]:
    """Return by how much accounts have changed, those that have not left out."""
    moved = Counter(after)
    moved.subtract(before)
    return {account: cents for account, cents in moved.items() if cents}


def is_exact(invoice: Json, order: Json) -> None:
    """Check an invoice against the order it is for. Rounding may differ by a cent a line; no sum may."""
    lines = list(zip(invoice["lines"], order["lines"], strict=True))
    for line, ordered in lines:
        assert line["gross_cents"] == ordered["quantity"] * ordered["unit_price_cents"]
        assert (
            line["total_cents"] == line["gross_cents"] - line["discount_cents"] == line["net_cents"] + line["tax_cents"]
        )
        percent = ordered["tax_percent"]
        assert abs(line["tax_cents"] * (100 + percent) - line["total_cents"] * percent) <= 100 + percent
    for part in ("net_cents", "tax_cents", "discount_cents", "total_cents"):
        assert invoice[part] == sum(line[part] for line, _ in lines)
    assert invoice["discount_cents"] == order["discount_cents"]
    assert invoice["total_cents"] == order["total_cents"]


def invoices_are_exact(billing: httpx.Client) -> None:
    """Every invoice sums to its order, line by line and as a whole."""

    @TRIALS
    @given(ORDERS)
    def trial(order: Json) -> None:
        is_exact(post(billing, order), order)

    trial()


def totals_follow_invoices(billing: httpx.Client) -> None:
    """Running totals and entries move by exactly what the invoices say, and debits equal credits."""

    @TRIALS
    @given(st.lists(ORDERS, min_size=1, max_size=4))
    def trial(orders: list[Json]) -> None:
        running, entered = books(billing)
        invoices = [post(billing, order) for order in orders]
        running_after, entered_after = books(billing)
        moved = change(running, running_after)
        assert moved == change(entered, entered_after)
        assert sum(moved.values()) == 0
        assert moved.get("cash-in-transit", 0) == sum(invoice["total_cents"] for invoice in invoices)
        assert moved.get("tax-payable", 0) == -sum(invoice["tax_cents"] for invoice in invoices)

    trial()


def replays_change_nothing(billing: httpx.Client) -> None:
    """An event that comes again is answered with the same invoice and moves no account."""

    @TRIALS
    @given(ORDERS, st.integers(1, 3))
    def trial(order: Json, replays: int) -> None:
        invoice = post(billing, order)
        before = books(billing)
        assert [post(billing, order) for _ in range(replays)] == [invoice] * replays
        assert books(billing) == before

    trial()


def cancellations_take_everything_back(billing: httpx.Client) -> None:
    """An order that was cancelled leaves every account as it was, in whichever order its events came, however often."""

    @TRIALS
    @given(ORDERS, st.sampled_from(["placed first", "cancelled first"]), st.integers(0, 2))
    def trial(order: Json, sequence: str, replays: int) -> None:
        before = books(billing)
        events = [order, cancelled(order)]
        for event in events if sequence == "placed first" else reversed(events):
            post(billing, event)
        for event in events * replays:
            post(billing, event)
        assert books(billing) == before

    trial()


CLAIMS = (invoices_are_exact, totals_follow_invoices, replays_change_nothing, cancellations_take_everything_back)


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def billing(back_end_of_module: BackEnd, subject: Subject) -> Iterator[httpx.Client]:
    """Return a client of a billing process."""
    with under_proof(subject) as process, httpx.Client(base_url=process.url) as client:
        yield client


@pytest.mark.serves
def test_orders_are_invoiced(billing: httpx.Client) -> None:
    """An order is invoiced, and its invoice can be read."""
    order = order_placed([{"quantity": 1, "unit_price_cents": 1000, "tax_percent": 0}], 0)
    issued = post(billing, order)
    assert [line["sku"] for line in issued["lines"]] == ["SKU-0"]
    assert billing.get(f"/invoices/{order['order_id']}").raise_for_status().json() == issued


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_the_books_are_exact_unless_the_fault_is_on(billing: httpx.Client, subject: Subject, claim: Claim) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(billing)
