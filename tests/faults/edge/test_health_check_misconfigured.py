"""Proof for `edge.health_check_misconfigured`: whoever is well has a turn, and whoever is not has none.

It knows the load balancer by its base URL. The gateways stand in the test: each says on a page of its own whether it
can serve, and knows no other.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.support.gateways import StandInGateway, stand_in_gateways
from tests.support.polling import poll_until
from tests.support.proof import Subject, subjects, under_proof

FAULT = "edge.health_check_misconfigured"
PATHS = ("/ready", "/ready", "/status/ready/now", "/ready", "/by-hand")
ROUNDS = 4
WITHIN_S = 15.0


@dataclass(frozen=True)
class Shop:
    """A load balancer, and the gateways behind it; the check of the last one was set by an operator."""

    client: httpx.Client
    gateways: list[StandInGateway]

    def visited(self) -> list[StandInGateway]:
        """Send some rounds of requests; return the gateways that had any of them."""
        before = [gateway.served for gateway in self.gateways]
        for _ in range(ROUNDS * len(self.gateways)):
            answer = self.client.get("/shop/window")
            assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        return [one for one, served in zip(self.gateways, before, strict=True) if one.served > served]

    def checked_again(self, times: int = 3) -> None:
        """Wait until every gateway has been checked some more."""
        before = [len(gateway.asked) for gateway in self.gateways]
        poll_until(
            lambda: all(len(one.asked) >= asked + times for one, asked in zip(self.gateways, before, strict=True)),
            "every gateway to be checked",
            within_s=WITHIN_S,
        )


def everybody_well_has_a_turn(shop: Shop) -> None:
    """Requests are shared out among all gateways that are well, wherever each says so."""
    shop.checked_again()
    assert shop.visited() == shop.gateways


def each_is_asked_for_its_own_page(shop: Shop) -> None:
    """A gateway is asked for the page that its settings name, and for no other."""
    shop.checked_again()
    assert [set(gateway.asked) for gateway in shop.gateways] == [{path} for path in PATHS]


def who_is_unwell_is_left_out(shop: Shop) -> None:
    """A gateway that says it cannot serve has no turn until it says otherwise; the others have theirs meanwhile."""
    for unwell in shop.gateways:
        others = [gateway for gateway in shop.gateways if gateway is not unwell]
        unwell.well = False
        try:
            shop.checked_again()
            assert shop.visited() == others
        finally:
            unwell.well = True
        shop.checked_again()
        assert shop.visited() == shop.gateways


Claim = Callable[[Shop], None]
CLAIMS = (everybody_well_has_a_turn, each_is_asked_for_its_own_page, who_is_unwell_is_left_out)


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def shop(subject: Subject) -> Iterator[Shop]:
    """Return a load balancer in front of five gateways."""
    with stand_in_gateways(*PATHS) as gateways:
        told = [gateway.settings() for gateway in gateways[:-1]]
        told.append(gateways[-1].settings(health_path="/elsewhere"))
        by_hand = {len(gateways): {"health_path": PATHS[-1]}}
        environment = {"EDGE_BACKENDS": json.dumps(told), "EDGE_CHECKS": json.dumps(by_hand)}
        with under_proof(subject, environment) as process, httpx.Client(base_url=process.url, timeout=20) as client:
            yield Shop(client, gateways)


@pytest.mark.serves
def test_requests_are_passed_on(shop: Shop) -> None:
    """Whatever is asked is answered by one of the gateways."""
    assert shop.visited()


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_who_is_well_serves(shop: Shop, subject: Subject, claim: Claim) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(shop)
