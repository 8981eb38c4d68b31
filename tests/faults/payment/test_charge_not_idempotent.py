"""Proof for `payment.charge_not_idempotent`: whatever is lost on the way, the card network books each step once.

It knows payment by its base URL only, and judges it by the ledger of the card network, which is the provider's own.
Answers get lost between the two; whoever asks for a payment asks again, as the order service and the worker do.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from tests.support.card_network import BAD_CARD, GOOD_CARD
from tests.support.lossy_provider import LossyProvider, nothing
from tests.support.polling import poll_until
from tests.support.proof import Subject, subjects, under_proof

FAULT = "payment.charge_not_idempotent"
CENTS = 1990
WITHIN_S = 15.0
AUTHORISATIONS, CAPTURES, REFUNDS = "/card/authorisations", "/card/captures", "/card/refunds"
LIMITS = {
    "PAYMENT_CARD_NETWORK__TIMEOUT_S": "0.6",
    "PAYMENT_CARD_NETWORK__BREAKER_FAILURES": "1000",
    "PAYMENT_RECOVERY_INTERVAL_S": "0.2",
    "PAYMENT_RECOVERY_AFTER_S": "0.5",
}


@dataclass(frozen=True)
class House:
    """Payment, and the card network behind it."""

    payment: httpx.Client
    network: LossyProvider

    def ask(self, what: str, order_id: str, card: str = GOOD_CARD) -> str:
        """Ask for a payment until it is no longer pending; return its status."""

        def answered() -> str | None:
            method, path = ("PUT", "") if what == "authorise" else ("POST", f"/{what}")
            body = None if what == "cancel" else {"amount_cents": CENTS, "card_token": card}
            answer = self.payment.request(method, f"/payments/{order_id}{path}", json=body)
            told = answer.json()
            return told["status"] if answer.is_success and told["status"] != "pending" else None

        status = poll_until(answered, f"an end of {what}", every_s=0.05, within_s=WITHIN_S)
        assert status is not None
        return status

    def booked(self, order_id: str) -> Counter[str]:
        """Return how often each kind of entry is in the card network's ledger."""
        return Counter(kind for kind, _ in self.network.trail(order_id))

    def cents(self, order_id: str) -> int:
        """Return what the customer has paid, net."""
        sign = {"capture": 1, "refund": -1}
        return sum(sign.get(kind, 0) * cents for kind, cents in self.network.trail(order_id))


Claim = Callable[[House, str], None]


def money_is_held_once(house: House, order_id: str) -> None:
    """When the answer to an authorisation is lost, the card is authorised once all the same."""
    house.network.loses(lambda path, before: path == AUTHORISATIONS and before < 1)
    assert house.ask("authorise", order_id) == "authorised"
    assert house.booked(order_id) == {"authorisation": 1}


def money_is_taken_once(house: House, order_id: str) -> None:
    """When the answer to a capture is lost, the customer is charged once all the same."""
    house.network.loses(lambda path, before: path == CAPTURES and before < 1)
    house.ask("authorise", order_id)
    assert house.ask("capture", order_id) == "captured"
    assert (house.cents(order_id), house.booked(order_id)) == (CENTS, {"authorisation": 1, "capture": 1})


def many_losses_change_nothing(house: House, order_id: str) -> None:
    """However many answers are lost, and however often a payment is asked for, each step is booked once."""
    house.network.loses(lambda _, before: before < 4)
    assert house.ask("capture", order_id) == "captured"
    assert house.ask("capture", order_id) == "captured"
    assert house.booked(order_id) == {"authorisation": 1, "capture": 1}


def what_is_done_late_is_done_once(house: House, order_id: str) -> None:
    """When the network does what it was asked for only after it was asked again, it does it once."""
    house.network.hold()
    body = {"amount_cents": CENTS, "card_token": GOOD_CARD}
    with ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(house.payment.put, f"/payments/{order_id}", json=body) for _ in range(2)]
        for one in asking:
            one.result()
    house.network.let_go()
    house.ask("authorise", order_id)
    assert house.ask("capture", order_id) == "captured"
    assert house.booked(order_id) == {"authorisation": 1, "capture": 1}


def nothing_stays_held(house: House, order_id: str) -> None:
    """When an order is cancelled whose authorisation was never heard of, no money of it stays held."""
    house.network.loses(lambda path, before: path == AUTHORISATIONS and before < 3)
    body = {"amount_cents": CENTS, "card_token": GOOD_CARD}
    house.payment.put(f"/payments/{order_id}", json=body, headers={"X-Request-Timeout-Ms": "1000"})
    assert house.ask("cancel", order_id) == "cancelled"
    assert house.booked(order_id) == {"authorisation": 1, "void": 1}


def money_goes_back_once(house: House, order_id: str) -> None:
    """When answers are lost on the way there and back, a return leaves the customer with what they had."""
    house.network.loses(lambda path, before: path in (CAPTURES, REFUNDS) and before < 1)
    house.ask("capture", order_id)
    assert house.ask("cancel", order_id) == "refunded"
    poll_until(lambda: house.payment.get(f"/payments/{order_id}").json()["settled"], "the refund", within_s=WITHIN_S)
    assert (house.cents(order_id), house.booked(order_id)["refund"]) == (0, 1)


CLAIMS = (
    money_is_held_once,
    money_is_taken_once,
    many_losses_change_nothing,
    what_is_done_late_is_done_once,
    nothing_stays_held,
    money_goes_back_once,
)


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
def payment(network: LossyProvider, subject: Subject) -> Iterator[httpx.Client]:
    """Return a client of a payment process."""
    with (
        under_proof(subject, {**LIMITS, "PAYMENT_CARD_NETWORK_URL": network.url}) as process,
        httpx.Client(base_url=process.url, timeout=30.0) as client,
    ):
        yield client


@pytest.fixture
def house(payment: httpx.Client, network: LossyProvider) -> House:
    """Return the two, with nothing lost between them."""
    network.let_go()
    network.loses(nothing)
    return House(payment, network)


@pytest.mark.serves
def test_orders_are_paid_and_given_back(house: House) -> None:
    """One order is paid, one is paid and given back, and a bad card is declined."""
    kept, returned, declined = (uuid4().hex for _ in range(3))
    assert house.ask("authorise", kept) == "authorised"
    assert house.ask("capture", returned, "tok-other") == "captured"
    assert house.ask("capture", kept) == "captured"
    assert house.ask("cancel", returned) == "refunded"
    assert house.ask("authorise", declined, BAD_CARD) == "declined"
    assert [house.cents(order_id) for order_id in (kept, returned, declined)] == [CENTS, 0, 0]


def test_orders_that_are_alike_are_each_paid(house: House) -> None:
    """Two orders of the same amount on the same card are two charges."""
    orders = [uuid4().hex for _ in range(2)]
    assert [house.ask("capture", order_id) for order_id in orders] == ["captured"] * 2
    assert [house.cents(order_id) for order_id in orders] == [CENTS] * 2


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_each_step_is_booked_once_unless_the_fault_is_on(house: House, subject: Subject, claim: Claim) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(house, uuid4().hex)
