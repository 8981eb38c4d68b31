"""Proof for `gateway.retries_without_budget`: when the order service falters, it is not asked for more.

It knows the gateway by its base URL only, and counts the checkouts that come to an order service of the test's. A
repair may repeat nothing, a small share of all calls, or stop by itself: what counts is how often orders are sent.
"""

from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx
import pytest

from tests.support.faltering import CLAIMS, Faltering, Hop, Mood, faltering, it_goes_on
from tests.support.proof import Subject, subjects, under_proof

FAULT = "gateway.retries_without_budget"
CHECKOUT = {"customer_id": "proof", "lines": [{"sku": "MUG", "quantity": 1}], "card_token": "card-4242"}


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def neighbour() -> Iterator[Faltering]:
    """Return the order service, which takes every order."""
    with faltering(
        lambda method, path: (method, path) == ("POST", "/orders"),
        lambda _, __: {"order_id": uuid4().hex, "status": "confirmed", "products": []},
    ) as running:
        yield running


@pytest.fixture(scope="module")
def service(subject: Subject, neighbour: Faltering) -> Iterator[httpx.Client]:
    """Return a client of the service, behind which the order service is."""
    told = {f"GATEWAY_{name}_URL": neighbour.url for name in ("ORDER", "INVENTORY", "BILLING")}
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
def test_orders_are_placed(hop: Hop) -> None:
    """Each with one call to the order service."""
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
