"""Proof for `order.reserves_again`: whatever becomes of requests and answers, the units of an order are held once.

It keeps the inventory's books itself: what is held, and under which key. The rest of the platform commits and gives
back by the id of the order.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.support.back_ends import BackEnd
from tests.support.order_neighbours import CARD, DECLINED, Fate, Neighbours, order_neighbours
from tests.support.proof import Subject, subjects, under_proof

pytestmark = pytest.mark.usefixtures("back_end_of_module")

FAULT = "order.reserves_again"
TIMES = range(1, 6)
GATEWAY = {"X-Request-Timeout-Ms": "5000"}
"""How long the gateway gives a checkout."""
Claim = Callable[[httpx.Client, Neighbours], None]


def place(orders: httpx.Client, card: str = CARD) -> httpx.Response:
    """Check out, as the gateway does."""
    body = {"customer_id": "proof", "lines": [{"sku": "MUG", "quantity": 2}], "card_token": card}
    return orders.post("/orders", json=body, headers={**GATEWAY, "Idempotency-Key": uuid4().hex})


def is_held_once(orders: httpx.Client, neighbours: Neighbours, *fates: Fate) -> None:
    """Check that an order is taken, and held under its own id and no other; or nowhere, and marked for review."""
    before = set(neighbours.held)
    neighbours.fates.extend(fates)
    try:
        answer = place(orders)
    finally:
        neighbours.fates.clear()
    assert answer.status_code == 201, answer.text
    order = answer.json()
    held = set(neighbours.held) - before
    assert held <= {order["order_id"]}
    assert held or order["needs_review"]


def lost_answers_reserve_nothing_twice(orders: httpx.Client, neighbours: Neighbours) -> None:
    """When the inventory's answers are lost after the work was done, units are held for the order once."""
    for times in TIMES:
        is_held_once(orders, neighbours, *[Fate.ANSWER_LOST] * times)
        is_held_once(orders, neighbours, *[Fate.NOT_HEARD, Fate.ANSWER_LOST] * times)


def lost_requests_are_made_up_for(orders: httpx.Client, neighbours: Neighbours) -> None:
    """When requests to the inventory are lost, units are held under the order's id, or the order is up for review."""
    for times in TIMES:
        is_held_once(orders, neighbours, *[Fate.NOT_HEARD] * times)
    neighbours.is_open = False
    try:
        is_held_once(orders, neighbours)
    finally:
        neighbours.is_open = True


def refused_orders_hold_nothing(orders: httpx.Client, neighbours: Neighbours) -> None:
    """When an order is refused after answers were lost, nothing stays held for it."""
    for times in TIMES:
        before = set(neighbours.held)
        neighbours.fates.extend([Fate.ANSWER_LOST] * times)
        assert place(orders, DECLINED).status_code == 402
        neighbours.fates.clear()
        assert set(neighbours.held) == before


CLAIMS = (lost_answers_reserve_nothing_twice, lost_requests_are_made_up_for, refused_orders_hold_nothing)


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
    """Return a client of an order process that goes on asking, however often it gets no answer."""
    folder: Path = tmp_path_factory.mktemp("queue")
    told = {"ORDER_INVENTORY__BREAKER_FAILURES": "1000", **neighbours.environment(folder)}
    with under_proof(subject, told) as process, httpx.Client(base_url=process.url, timeout=30) as client:
        yield client


@pytest.mark.serves
def test_orders_are_reserved(orders: httpx.Client, neighbours: Neighbours) -> None:
    """An order is taken, and its units are held under its id."""
    order = place(orders).raise_for_status().json()
    assert (neighbours.held[order["order_id"]], order["needs_review"]) == ([{"sku": "MUG", "quantity": 2}], False)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_units_are_held_once(orders: httpx.Client, neighbours: Neighbours, subject: Subject, claim: Claim) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(orders, neighbours)
