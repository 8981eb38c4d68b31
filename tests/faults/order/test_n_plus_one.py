"""Proof for `order.n_plus_one`: a page of an order history costs the same, however many orders are on it.

What it costs is counted in statements to the database. How long they take is the database's business: where each takes
some milliseconds more, it is their number that customers wait for.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.back_ends import BackEnd
from tests.support.order_neighbours import CARD, SOLD_OUT, Neighbours, order_neighbours
from tests.support.proof import Subject, subjects, under_proof

pytestmark = pytest.mark.usefixtures("back_end_of_module")

FAULT = "order.n_plus_one"
ORDERS = 30
REFUSED_EVERY = 7
"""Every so many orders there is one without lines."""
SPARE = 3
"""So many statements more a long page may take."""
TRIES = 5
SETTLE = {"ORDER_RECOVERY_INTERVAL_S": "3600", "ORDER_PRICES_INTERVAL_S": "3600"}
Json = dict[str, Any]
Claim = Callable[[httpx.Client], None]


def place(orders: httpx.Client, customer: str, *skus: str) -> httpx.Response:
    """Check out one unit of each."""
    lines = [{"sku": sku, "quantity": 1} for sku in skus]
    body = {"customer_id": customer, "lines": lines, "card_token": CARD}
    return orders.post("/orders", json=body, headers={"Idempotency-Key": uuid4().hex})


def page(orders: httpx.Client, customer: str, limit: int, before: str | None = None) -> Json:
    """Return a page of a customer's orders."""
    asked: dict[str, str | int] = {"limit": limit} if before is None else {"limit": limit, "before": before}
    shown: Json = orders.get(f"/customers/{customer}/orders", params=asked).raise_for_status().json()
    return shown


def order_often(orders: httpx.Client) -> None:
    """Have one customer order thirty times, unless that has been done, and another one in between."""
    for number in range(len(page(orders, "ada", ORDERS)["orders"]), ORDERS):
        place(orders, "ada", *((SOLD_OUT,) if number % REFUSED_EVERY == 1 else ("TEA", "MUG")[: number % 2 + 1]))
        place(orders, "grace", "MUG")


def statements(orders: httpx.Client) -> float:
    """Return how many queries the service has made of its database."""
    counted = "db_client_operation_duration_seconds_count"
    lines = orders.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(counted) and '"SELECT"' in line)


def cost(orders: httpx.Client, customer: str, limit: int, before: str | None = None) -> float:
    """Return how many queries a page takes: the fewest of several tries, for the service has other work as well."""
    costs = []
    for _ in range(TRIES):
        already = statements(orders)
        page(orders, customer, limit, before)
        costs.append(statements(orders) - already)
    return min(costs)


def long_pages_cost_what_short_ones_do(orders: httpx.Client) -> None:
    """A page of thirty orders takes hardly more statements than a page of one."""
    order_often(orders)
    short, long = cost(orders, "ada", 1), cost(orders, "ada", ORDERS)
    assert long <= short + SPARE, f"one order takes {short:.0f} statements, {ORDERS} orders take {long:.0f}"


def further_pages_cost_what_short_ones_do(orders: httpx.Client) -> None:
    """So does a page further down, of which there may be many."""
    order_often(orders)
    before = page(orders, "ada", 5)["next_before"]
    short, long = cost(orders, "ada", 1, before), cost(orders, "ada", 20, before)
    assert long <= short + SPARE, f"one order takes {short:.0f} statements, 20 orders take {long:.0f}"


CLAIMS = (long_pages_cost_what_short_ones_do, further_pages_cost_what_short_ones_do)


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def neighbours() -> Iterator[Neighbours]:
    """Run whom the service calls."""
    with order_neighbours() as running:
        yield running


@pytest.fixture(scope="module")
def orders(
    back_end_of_module: BackEnd, subject: Subject, neighbours: Neighbours, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """Return a client of an order process that has nothing else to do."""
    folder: Path = tmp_path_factory.mktemp("queue")
    told = {**SETTLE, **neighbours.environment(folder)}
    with under_proof(subject, told) as process, httpx.Client(base_url=process.url, timeout=30) as client:
        yield client


@pytest.mark.serves
def test_orders_are_taken_and_listed(orders: httpx.Client) -> None:
    """An order is taken and can be read; it stands in the history of whoever has placed it."""
    taken = place(orders, "hedy", "TEA").raise_for_status().json()
    assert orders.get(f"/orders/{taken['order_id']}").raise_for_status().json() == taken
    assert [order["order_id"] for order in page(orders, "hedy", 20)["orders"]] == [taken["order_id"]]


def test_a_page_shows_each_order_as_it_is(orders: httpx.Client) -> None:
    """Every order, also one without lines, is shown as it is when it is asked for by itself."""
    order_often(orders)
    shown = page(orders, "ada", ORDERS)["orders"]
    assert len(shown) == ORDERS
    assert {len(order["lines"]) for order in shown} == {0, 1, 2}
    assert shown == [orders.get(f"/orders/{order['order_id']}").raise_for_status().json() for order in shown]


def test_pages_follow_one_another(orders: httpx.Client) -> None:
    """Page by page, whatever their size, a customer sees all of their orders once, the latest first."""
    order_often(orders)
    whole = page(orders, "ada", 100)
    assert whole["next_before"] is None
    assert len(whole["orders"]) == ORDERS
    assert [order["placed_at"] for order in whole["orders"]] == sorted(
        (order["placed_at"] for order in whole["orders"]), reverse=True
    )
    for limit in (1, 4, 10, ORDERS):
        assert list(paged(orders, "ada", limit)) == whole["orders"]
    assert page(orders, "nobody", 20) == {"orders": [], "next_before": None}


def paged(orders: httpx.Client, customer: str, limit: int) -> Iterator[Json]:
    """Yield a customer's orders page by page; no page is longer than `limit`, and none but the last is shorter."""
    before: str | None = None
    while True:
        shown = page(orders, customer, limit, before)
        yield from shown["orders"]
        before = shown["next_before"]
        if before is None:
            return
        assert len(shown["orders"]) == limit


def test_what_becomes_of_an_order_is_seen_at_once(orders: httpx.Client) -> None:
    """Somebody who has looked before sees an order cancelled as soon as it is."""
    order_id = place(orders, "linus", "TEA").raise_for_status().json()["order_id"]
    assert page(orders, "linus", 20)["orders"][0]["status"] == "confirmed"
    orders.post(f"/orders/{order_id}/cancel").raise_for_status()
    assert page(orders, "linus", 20)["orders"][0]["status"] == "cancelled"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_pages_are_read_as_a_whole(orders: httpx.Client, subject: Subject, claim: Claim) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(orders)
