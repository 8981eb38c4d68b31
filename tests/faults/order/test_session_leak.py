"""Proof for `order.session_leak`: however a checkout ends, the next one can begin.

It has more checkouts end, in each way in which one can, than the service has database connections, and judges by what
customers are answered.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.support.back_ends import BackEnd
from tests.support.order_neighbours import (
    CARD,
    DECLINED,
    LOOKED_AT,
    SOLD_OUT,
    UNKNOWN,
    Neighbours,
    order_neighbours,
)
from tests.support.polling import poll_until
from tests.support.proof import Subject, subjects, under_proof

pytestmark = pytest.mark.usefixtures("back_end_of_module")

FAULT = "order.session_leak"
CONNECTIONS = 2
MORE = CONNECTIONS + 2
REFUSED = {404: (UNKNOWN, CARD), 409: (SOLD_OUT, CARD), 402: ("TEA", DECLINED)}
"""Status → an order that is answered with it."""
Claim = Callable[[httpx.Client, Neighbours], None]


def place(orders: httpx.Client, sku: str = "MUG", card: str = CARD, key: str | None = None) -> httpx.Response:
    """Check out one unit."""
    body = {"customer_id": "proof", "lines": [{"sku": sku, "quantity": 1}], "card_token": card}
    return orders.post("/orders", json=body, headers={"Idempotency-Key": key or uuid4().hex})


def refused_orders_take_nothing(orders: httpx.Client, _: Neighbours) -> None:
    """However many orders are refused, each is refused for its own reason, and the next good one is taken."""
    for status, (sku, card) in REFUSED.items():
        answers = [place(orders, sku, card) for _ in range(MORE)]
        assert {answer.status_code for answer in answers} == {status}
    assert place(orders).status_code == 201
    history = orders.get("/customers/proof/orders", params={"limit": 3 * MORE + 1}).raise_for_status().json()
    statuses = [order["status"] for order in reversed(history["orders"])]
    assert statuses == ["rejected"] * 2 * MORE + ["declined"] * MORE + ["confirmed"]


def overtaken_attempts_take_nothing(orders: httpx.Client, neighbours: Neighbours) -> None:
    """However many attempts at a checkout are overtaken by a repetition, the order is taken, and so is the next one."""
    neighbours.let_go.clear()
    seen = len(neighbours.looked_at)
    keys = [uuid4().hex for _ in range(MORE)]
    with ThreadPoolExecutor(2 * MORE) as pool:
        try:
            answers = [pool.submit(place, orders, "MUG", LOOKED_AT, key) for key in keys * 2]
            poll_until(lambda: len(neighbours.looked_at) >= seen + len(answers), "repetitions to overtake", within_s=5)
        finally:
            neighbours.let_go.set()
        # Who was overtaken may be told that the order is being placed.
        assert {answer.result().status_code for answer in answers} <= {201, 409}
    for key in (*keys, None):
        assert place(orders, "MUG", LOOKED_AT, key).status_code == 201


CLAIMS = (refused_orders_take_nothing, overtaken_attempts_take_nothing)


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
    """Return a client of an order process with few connections, whose attempts are soon overtaken."""
    folder: Path = tmp_path_factory.mktemp("queue")
    told = {"ORDER_POOL_SIZE": str(CONNECTIONS), "ORDER_CLAIM_S": "0.3", **neighbours.environment(folder)}
    with under_proof(subject, told) as process, httpx.Client(base_url=process.url, timeout=30) as client:
        yield client


@pytest.mark.serves
def test_orders_are_taken_and_refused(orders: httpx.Client) -> None:
    """An order is taken and can be read; one for what is not sold is refused, also when it is sent again."""
    taken = place(orders).raise_for_status().json()
    assert orders.get(f"/orders/{taken['order_id']}").raise_for_status().json() == taken
    key = uuid4().hex
    assert [place(orders, UNKNOWN, key=key).status_code for _ in range(2)] == [404, 404]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_there_is_room_for_the_next_one(
    orders: httpx.Client, neighbours: Neighbours, subject: Subject, claim: Claim
) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(orders, neighbours)
