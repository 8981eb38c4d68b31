"""Proof for `order.retries_without_budget`: when payment falters, it is not asked for more.

It knows the order service by its base URL only, and counts the calls that come to a payment service of the test's. A
repair may repeat nothing, a small share of all calls, or stop by itself: what counts is how often payment is called.
"""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.support.back_ends import sqlite_url
from tests.support.faltering import CLAIMS, Faltering, Hop, Mood, faltering, it_goes_on
from tests.support.proof import Subject, subjects, under_proof

FAULT = "order.retries_without_budget"
LIMITS = {"ORDER_PAYMENT__TIMEOUT_S": "6", "ORDER_CLAIM_S": "30"}
LINE = {"sku": "MUG", "name": "Mug", "quantity": 1, "unit_price_cents": 1490, "tax_percent": 20}
CHECKOUT = {"customer_id": "proof", "lines": [{"sku": "MUG", "quantity": 1}], "card_token": "card-4242"}


def says(path: str, _: dict[str, Any]) -> dict[str, Any]:
    """Answer as payment and inventory do."""
    if path.startswith("/payments/"):
        return {"status": "authorised"}
    return {"products": [], "lines": [LINE], "state": "held"}


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def neighbour() -> Iterator[Faltering]:
    """Return payment, which authorises everything, and an inventory that has everything."""
    with faltering(lambda _, path: path.startswith("/payments/"), says) as running:
        yield running


@pytest.fixture(scope="module")
def service(subject: Subject, neighbour: Faltering, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Return a client of the service, behind which payment is."""
    told = {
        **LIMITS,
        "ORDER_INVENTORY_URL": neighbour.url,
        "ORDER_PAYMENT_URL": neighbour.url,
        "ORDER_BROKER_URL": sqlite_url(tmp_path_factory.mktemp("queue"), "broker"),
    }
    with under_proof(subject, told) as process, httpx.Client(base_url=process.url) as client:
        yield client


@pytest.fixture
def hop(service: httpx.Client, neighbour: Faltering) -> Hop:
    """Return the two, with a neighbour that is fine."""

    def ask(time_s: float, gone_s: float) -> httpx.Response:
        headers = {"X-Request-Timeout-Ms": str(int(time_s * 1000))}
        return service.post("/orders", json=CHECKOUT, headers=headers, timeout=gone_s)

    neighbour.turn(Mood.FINE)
    return Hop(ask, lambda answer: answer.is_success and answer.json()["status"] == "confirmed", neighbour)


@pytest.mark.serves
def test_orders_are_confirmed(hop: Hop) -> None:
    """Each with one call to payment."""
    assert [hop.is_well() for _ in range(3)] == [True] * 3
    assert hop.neighbour.calls == 3


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_load_is_not_multiplied_unless_the_fault_is_on(
    hop: Hop, subject: Subject, claim: Callable[[Hop], None]
) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(hop)


def test_it_goes_on_when_the_neighbour_does(hop: Hop) -> None:
    """Whoever stops asking begins again: a moment of trouble is not the end of service."""
    it_goes_on(hop)
