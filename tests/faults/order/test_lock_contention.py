"""Proof for `order.lock_contention`: no order waits for another one.

One order is held up for as long as the test likes, by a payment service that looks at its card. Meanwhile the service
looks for unfinished checkouts twenty times a second, and others have to go through. How long that may take is told by
how long it takes to read, for which nobody has to wait.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.support.back_ends import BackEnd
from tests.support.order_neighbours import CARD, LOOKED_AT, UNLISTED, Neighbours, order_neighbours
from tests.support.polling import poll_until
from tests.support.proof import Subject, subjects, under_proof

pytestmark = pytest.mark.usefixtures("back_end_of_module")

FAULT = "order.lock_contention"
MEANWHILE = 8
LOOKED_FOR_S = 0.2
"""An order is settled so much later that a search for unfinished ones has begun meanwhile, and has come upon it."""
SPARE_S = 2.0
READS = 6
"""About as long as so many reads take, one order is placed and settled, however busy the machine is."""
TOLD = {
    "ORDER_RECOVERY_INTERVAL_S": "0.05",
    "ORDER_ABANDON_AFTER_S": "0",
    "ORDER_CLAIM_S": "60",
    "ORDER_PAYMENT__TIMEOUT_S": "30",
    "ORDER_PAYMENT__ATTEMPTS": "1",
    "ORDER_INVENTORY__BREAKER_RESET_S": "0.05",
}


def place(orders: httpx.Client, sku: str = "MUG", card: str = CARD, by: str = "ada") -> httpx.Response:
    """Check out one unit."""
    body = {"customer_id": by, "lines": [{"sku": sku, "quantity": 1}], "card_token": card}
    return orders.post("/orders", json=body, headers={"Idempotency-Key": uuid4().hex})


def statuses(orders: httpx.Client, customer: str) -> list[str]:
    """Return what has become of a customer's orders."""
    history = orders.get(f"/customers/{customer}/orders").raise_for_status().json()
    return [order["status"] for order in history["orders"]]


def settled(orders: httpx.Client, order_id: str) -> str:
    """Store that an order was carried out; return its status."""
    answer = orders.post(f"/orders/{order_id}/settlement", json={"outcome": "paid"}).raise_for_status().json()
    return str(answer["status"])


def orders_pass_each_other(orders: httpx.Client, neighbours: Neighbours) -> None:
    """While one order waits for its payment, others are taken at once, and settled at once a little later."""
    took_s, reading_s = 0.0, 0.0
    for number in range(MEANWHILE):
        began = time.monotonic()
        placed = place(orders).raise_for_status().json()
        taken = time.monotonic()
        reading_s += time_to_read(orders, LOOKED_FOR_S)
        read = time.monotonic()
        assert settled(orders, placed["order_id"]) == "fulfilled"
        took_s += taken - began + time.monotonic() - read
        assert took_s < SPARE_S + READS * reading_s, f"{number + 1} of {MEANWHILE} orders took {took_s:.2f} s"


def time_to_read(orders: httpx.Client, for_s: float) -> float:
    """Read again and again for so many seconds, or once; return how many seconds it took on average."""
    began, times = time.monotonic(), 0
    while times == 0 or time.monotonic() < began + for_s:
        assert "placing" in statuses(orders, "linus")
        times += 1
    return (time.monotonic() - began) / times


def what_nobody_finishes_is_given_up(orders: httpx.Client, neighbours: Neighbours) -> None:
    """Meanwhile an order that nobody goes on with is given up, and the one that waits is not."""
    neighbours.is_open = False
    try:
        assert place(orders, UNLISTED, by="grace").status_code == 503
    finally:
        neighbours.is_open = True
    poll_until(lambda: statuses(orders, "grace") == ["abandoned"], "an order to be given up", within_s=10)
    assert statuses(orders, "linus") == ["placing"]


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
    """Return a client of an order process that looks for unfinished checkouts all the time."""
    folder: Path = tmp_path_factory.mktemp("queue")
    told = {**TOLD, **neighbours.environment(folder)}
    with under_proof(subject, told) as process, httpx.Client(base_url=process.url, timeout=30) as client:
        yield client


@pytest.mark.serves
def test_orders_are_taken(orders: httpx.Client) -> None:
    """An order is taken, and can be read."""
    assert place(orders, by="hedy").status_code == 201
    assert statuses(orders, "hedy") == ["confirmed"]


def test_nobody_waits_for_somebody_else(orders: httpx.Client, neighbours: Neighbours, subject: Subject) -> None:
    """While one order waits for its payment, others are taken and settled, or given up, and it is taken in the end."""
    neighbours.let_go.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(place, orders, "TEA", LOOKED_AT, "linus")
        try:
            poll_until(lambda: neighbours.looked_at, "the card to be looked at")
            with subject.expected():
                orders_pass_each_other(orders, neighbours)
                what_nobody_finishes_is_given_up(orders, neighbours)
        finally:
            neighbours.let_go.set()
        assert waiting.result().status_code == 201
