"""Proof for `payment.calls_back_order`: whoever asks payment is answered, though they have no one free to be asked.

It knows payment by its base URL only. In front of it is an order service with few workers, each of which waits for
payment's answer; behind it, a card network.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.support.full_house import WORKERS, FullHouse, before_long, full_house
from tests.support.proof import Subject, subjects
from tests.support.till import Silence, Till, till

FAULT = "payment.calls_back_order"
TIME_S = 0.8
"""What a caller has."""
GONE_S = 1.2
"""When it has stopped listening."""
WORKERS_HERE = 6
CROWD = 8
"""More than payment has workers."""


@dataclass(frozen=True)
class Counter:
    """Payment, and the order service that asks it and may be asked by it."""

    till: Till
    orders: FullHouse

    def authorised(self) -> str:
        """Ask for the money of a new order; return how its payment stands, or what came in its place."""
        (order,) = self.till.orders(1)
        return self.till.at_once([order], within_s=TIME_S, listens_s=GONE_S)[0]

    def told(self, order: str) -> str:
        """Ask for a payment that is known."""
        try:
            return self.till.look(order, listens_s=GONE_S)
        except Silence:
            return "silence"

    def cancelled(self) -> str:
        """Give up an order that payment has not heard of."""
        (order,) = self.till.orders(1)
        try:
            return self.till.cancel(order, listens_s=GONE_S)
        except Silence:
            return "silence"


Claim = Callable[[Counter], None]


def a_full_house_is_served(counter: Counter) -> None:
    """When every worker of the order service waits for payment, each of them is told in time: authorised."""
    before_long(["authorised"] * WORKERS, lambda: counter.orders.all_ask(counter.authorised))


def silence_is_not_waited_out(counter: Counter) -> None:
    """While the order service says nothing, whoever asks for an authorisation is told in time: authorised."""
    with counter.orders.silent(), ThreadPoolExecutor(CROWD) as pool:
        before_long(
            ["authorised"] * CROWD,
            lambda: list(pool.map(lambda _: counter.authorised(), range(CROWD))),
        )


def others_are_served_meanwhile(counter: Counter) -> None:
    """While many ask for authorisations and the order service says nothing, payments are told and cancelled in time."""
    known = counter.till.hold()
    with counter.orders.silent(), ThreadPoolExecutor(CROWD + 2) as pool:

        def meanwhile() -> list[str]:
            crowd = [pool.submit(counter.authorised) for _ in range(CROWD)]
            counter.orders.until_crowded(WORKERS_HERE, crowd)
            others = [pool.submit(counter.cancelled), pool.submit(counter.told, known)]
            for one in crowd:
                one.result()
            return [one.result() for one in others]

        before_long(["cancelled", "authorised"], meanwhile)


CLAIMS = (a_full_house_is_served, silence_is_not_waited_out, others_are_served_meanwhile)


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def counter(subject: Subject) -> Iterator[Counter]:
    """Return payment with few workers, between an order service with few and a card network that is quick."""
    with (
        full_house(lambda path: (200, {"order_id": path.rpartition("/")[2], "status": "placing"})) as orders,
        till(subject, {"PAYMENT_ORDER_URL": orders.url, "PAYMENT_WORKERS": str(WORKERS_HERE)}) as running,
    ):
        yield Counter(running, orders)


@pytest.mark.serves
def test_money_is_held_and_taken(counter: Counter) -> None:
    """One after the other, an order is charged once, and a card that is declined is not."""
    counter.till.trade()


@pytest.mark.serves
def test_a_payment_is_told_as_it_stands(counter: Counter) -> None:
    """Also after it has been cancelled; of an order that nobody has paid for, there is nothing to tell."""
    held, (cancelled, unheard) = counter.till.hold(), counter.till.orders(2)
    assert counter.till.cancel(cancelled) == "cancelled"
    assert [counter.till.status(order) for order in (held, cancelled)] == ["authorised", "cancelled"]
    assert counter.till.client.get(f"/payments/{unheard}").status_code == 404


@pytest.mark.serves
def test_what_contradicts_itself_is_refused(counter: Counter) -> None:
    """An order is paid for with one amount, and not at all when it was given up."""
    order, (given_up,) = counter.till.hold(), counter.till.orders(1)
    assert counter.till.authorise(order, amount_cents=1).status_code == 409
    assert counter.till.cancel(given_up) == "cancelled"
    assert counter.till.authorise(given_up).json()["status"] == "cancelled"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_nobody_waits_for_who_waits_for_them_unless_the_fault_is_on(
    counter: Counter, subject: Subject, claim: Claim
) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(counter)
