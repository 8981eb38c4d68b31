"""Proof for `payment.retries_without_budget`: when the card network falters, it is not asked for more.

It knows payment by its base URL only, and counts the calls that come to a card network of the test's. A repair may
repeat nothing, a small share of all calls, or stop by itself: what counts is how often the network is called in all.
"""

from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx
import pytest

from tests.support.faltering import CLAIMS, Faltering, Hop, Mood, faltering, it_goes_on
from tests.support.proof import Subject, subjects, under_proof

FAULT = "payment.retries_without_budget"
LIMITS = {"PAYMENT_CARD_NETWORK__TIMEOUT_S": "6"}
PAID = {"amount_cents": 1000, "card_token": "card-4242"}


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def neighbour() -> Iterator[Faltering]:
    """Return the card network, which approves of everything."""
    with faltering(
        lambda method, _: method == "POST",
        lambda _, __: {"status": "approved", "authorisation_id": uuid4().hex, "entries": [], "next_after": None},
    ) as running:
        yield running


@pytest.fixture(scope="module")
def service(subject: Subject, neighbour: Faltering) -> Iterator[httpx.Client]:
    """Return a client of the service, behind which the card network is."""
    told = {**LIMITS, "PAYMENT_CARD_NETWORK_URL": neighbour.url}
    with under_proof(subject, told) as process, httpx.Client(base_url=process.url) as client:
        yield client


@pytest.fixture
def hop(service: httpx.Client, neighbour: Faltering) -> Hop:
    """Return the two, with a neighbour that is fine."""

    def ask(time_s: float, gone_s: float) -> httpx.Response:
        headers = {"X-Request-Timeout-Ms": str(int(time_s * 1000))}
        return service.put(f"/payments/{uuid4().hex}", json=PAID, headers=headers, timeout=gone_s)

    neighbour.turn(Mood.FINE)
    return Hop(ask, lambda answer: answer.is_success and answer.json()["status"] == "authorised", neighbour)


@pytest.mark.serves
def test_payments_are_authorised(hop: Hop) -> None:
    """Each with one call."""
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
