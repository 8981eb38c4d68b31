"""Proof for `payment.breaker_ignores_timeouts`: a card network that does not answer is left alone, for a while.

It knows payment by its base URL only, and counts the calls that reach a card network of its own.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.support.bank import Mood
from tests.support.proof import Subject, subjects
from tests.support.till import Till, status_of, till

pytestmark = pytest.mark.usefixtures("back_end_of_module")

FAULT = "payment.breaker_ignores_timeouts"
ENOUGH = 10
"""So many orders without an answer are enough for any breaker."""
MORE = 12
SLOW_CARD = "card-5904"
Claim = Callable[[Till], None]


def a_silent_network_is_left_alone_until_it_is_back(till: Till) -> None:
    """When no call to the card network is answered in time, payment stops calling, and tries again now and then."""
    is_left_alone(till, Mood.SILENT)
    till.bank.turn(Mood.OPEN)
    till.hold()


CLAIMS = (a_silent_network_is_left_alone_until_it_is_back,)


def is_left_alone(till: Till, mood: Mood) -> None:
    """Have many calls fail, and see that those that follow are not made, a few trials apart; all orders wait."""
    till.hold()
    till.bank.turn(mood)
    assert set(till.at_once(till.orders(ENOUGH))) == {"pending"}
    orders = till.orders(MORE)
    assert set(till.at_once(orders)) == {"pending"}
    calls = till.bank.calls_for(*orders)
    assert calls < MORE / 2, f"{calls} calls were made for {MORE} orders although none had been answered before"


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def running(back_end_of_module: object, subject: Subject) -> Iterator[Till]:
    """Return a payment service whose breaker opens after three failures in a row, and tries again twice a second."""
    with till(subject, timeout_s=0.5, attempts=1, breaker_failures=3, breaker_reset_s=0.5) as running:
        yield running


@pytest.fixture
def counter(running: Till) -> Iterator[Till]:
    """Return it with a card network that is well."""
    running.bank.turn(Mood.OPEN)
    yield running
    running.bank.turn(Mood.OPEN)


@pytest.mark.serves
def test_money_is_held_and_taken(counter: Till) -> None:
    """On a good day an order is charged once, and a card that is declined is not."""
    counter.trade()


def test_one_late_answer_stops_nobody(counter: Till) -> None:
    """After a single call without an answer the card network is called for the next order."""
    counter.hold()
    counter.bank.turn(lambda card: Mood.SILENT if card == SLOW_CARD else Mood.OPEN)
    late, order = counter.orders(2)
    assert status_of(counter.authorise(late, SLOW_CARD)) == "pending"
    counter.authorise(order)
    assert counter.bank.calls_for(order)


def test_a_network_that_refuses_is_left_alone_as_well(counter: Till) -> None:
    """When every call is answered with 503, payment stops calling, and tries again now and then."""
    is_left_alone(counter, Mood.REFUSES)
    counter.bank.turn(Mood.OPEN)
    counter.hold()


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_calls_that_fail_are_stopped_unless_the_fault_is_on(counter: Till, subject: Subject, claim: Claim) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(counter)
