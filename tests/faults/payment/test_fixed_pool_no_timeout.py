"""Proof for `payment.fixed_pool_no_timeout`: a slow card network delays its customers, and nobody who comes after them.

It knows payment by its base URL only. Behind it is the provider's own card network, which can be slow or silent for a
while. What counts is who is answered in time, how many are asked for at once, and what is asked for when nobody waits.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from uuid import uuid4

import httpx
import pytest

from tests.support.card_network import GOOD_CARD
from tests.support.lossy_provider import LossyProvider, nothing
from tests.support.polling import poll_until
from tests.support.proof import Subject, subjects, under_proof

FAULT = "payment.fixed_pool_no_timeout"
CROWD = 24
TIME_S = 0.3
"""What a caller has who will not wait."""
IN_VAIN_S = 4.0
"""When a caller is gone for good."""
ROOM = 4
"""Calls at once that a network needs which takes a third of a second, at the twelve calls a second of a busy night."""
LIMITS = {"PAYMENT_CARD_NETWORK__TIMEOUT_S": "5", "PAYMENT_CARD_NETWORK__BREAKER_FAILURES": "1000"}


@dataclass(frozen=True)
class Silence:
    """What came of a crowd that asked while the network was silent."""

    told: Sequence[str]
    calls_before: int
    """To the network, about any of them, when all of them were answered or gone."""
    calls_after: int
    """When the network had spoken again, and others had been served."""


@dataclass
class House:
    """Payment, and the card network behind it."""

    payment: httpx.Client
    network: LossyProvider
    pool: ThreadPoolExecutor

    def asked(self, order_id: str, time_s: float = 20.0, gone_s: float = 30.0) -> str:
        """Ask for a payment with so much time; return its status, or what came in its place."""
        body = {"amount_cents": 1000, "card_token": GOOD_CARD}
        headers = {"X-Request-Timeout-Ms": str(int(time_s * 1000))}
        try:
            answer = self.payment.put(f"/payments/{order_id}", json=body, headers=headers, timeout=gone_s)
        except httpx.TimeoutException:
            return "nothing"
        return str(answer.json()["status"]) if answer.is_success else str(answer.status_code)

    def crowd(self, size: int, time_s: float = 20.0, gone_s: float = 30.0) -> tuple[Sequence[str], Sequence[str]]:
        """Have so many ask at once; return their orders, and what they were told."""
        orders = [uuid4().hex for _ in range(size)]
        return orders, list(self.pool.map(lambda order_id: self.asked(order_id, time_s, gone_s), orders))

    @cached_property
    def silence(self) -> Silence:
        """Have a crowd ask a network that is silent, and others when it speaks again."""
        self.network.hold()
        orders, told = self.crowd(CROWD, TIME_S, IN_VAIN_S)
        before = self.network.calls_for(*orders)
        self.network.let_go()
        for _ in range(3):
            poll_until(lambda: self.asked(uuid4().hex) == "authorised", "others to be served")
        return Silence(told, before, self.network.calls_for(*orders))


Claim = Callable[[House], None]


def everybody_is_answered_in_time(house: House) -> None:
    """While the network is silent, everybody who asks gets an answer about when their time is over."""
    assert "nothing" not in house.silence.told


def nothing_is_asked_for_those_who_left(house: House) -> None:
    """When the network speaks again, nothing is asked of it for those who have stopped waiting."""
    assert house.silence.calls_after == house.silence.calls_before


def there_is_room_for_a_slow_day(house: House) -> None:
    """While the network is slow, several are asked for at the same time."""
    house.network.takes(0.25)
    house.crowd(12)
    assert house.network.most_at_once >= ROOM


CLAIMS = (everybody_is_answered_in_time, nothing_is_asked_for_those_who_left, there_is_room_for_a_slow_day)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LossyProvider]:
    """Return the card network."""
    with LossyProvider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def house(network: LossyProvider, subject: Subject) -> Iterator[House]:
    """Return payment, and the card network behind it."""
    network.loses(nothing)
    limits = httpx.Limits(max_connections=None)
    with (
        under_proof(subject, {**LIMITS, "PAYMENT_CARD_NETWORK_URL": network.url}) as process,
        httpx.Client(base_url=process.url, limits=limits) as client,
        ThreadPoolExecutor(CROWD) as pool,
    ):
        yield House(client, network, pool)
        network.let_go()


@pytest.fixture(autouse=True)
def quick(network: LossyProvider) -> None:
    """Have a network that is quick."""
    network.takes(0.0)


@pytest.mark.serves
def test_payments_are_authorised(house: House) -> None:
    """With a quick network, one after the other."""
    assert [house.asked(uuid4().hex) for _ in range(3)] == ["authorised"] * 3


def test_a_slow_network_is_waited_for(house: House) -> None:
    """Whoever has the time gets what they came for, though the network is slow and others come with them."""
    house.network.takes(0.25)
    _, told = house.crowd(8)
    assert told == ["authorised"] * 8


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_slowness_stays_with_the_slow_unless_the_fault_is_on(house: House, subject: Subject, claim: Claim) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(house)
