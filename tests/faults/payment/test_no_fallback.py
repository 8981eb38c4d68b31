"""Proof for `payment.no_fallback`: an order survives a card network that is away, and is charged once when it is back.

It knows payment by its base URL only, and has a card network of its own in hand.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.support.bank import Mood
from tests.support.proof import Subject, subjects
from tests.support.till import Till, status_of, till

pytestmark = pytest.mark.usefixtures("back_end_of_module")

FAULT = "payment.no_fallback"
AWAY = (Mood.REFUSES, Mood.HANGS_UP, Mood.SILENT)
LISTENS_S = 10.0
TRIES = 3
Claim = Callable[[Till], None]


def orders_wait_while_the_network_is_away(till: Till) -> None:
    """However the card network is away, an authorisation is answered with 200 and `pending`, and known afterwards."""
    for mood in AWAY:
        till.bank.turn(mood)
        (order,) = till.orders(1)
        answer = till.authorise(order, within_s=LISTENS_S)
        assert (status_of(answer), answer.json()["settled"]) == ("pending", False)
        assert till.status(order) == "pending"


def captures_wait_while_the_network_is_away(till: Till) -> None:
    """Money that is held is taken later: until then a capture is answered with 200 and `pending`."""
    for mood in AWAY:
        till.bank.turn(Mood.OPEN)
        order = till.hold()
        till.bank.turn(mood)
        assert status_of(till.capture(order, within_s=LISTENS_S)) == "pending"
        assert till.status(order) == "pending"


def what_waited_is_charged_once(till: Till) -> None:
    """When the network is back, asking again completes what waited; however often, the card is charged once."""
    waiting = till.orders(len(AWAY))
    for order, mood in zip(waiting, AWAY, strict=True):
        till.bank.turn(mood)
        assert status_of(till.authorise(order, within_s=LISTENS_S)) == "pending"
        assert status_of(till.capture(order, within_s=LISTENS_S)) == "pending"
    till.bank.turn(Mood.OPEN)
    for order in waiting * 2:
        till.charge(order)
    assert [till.bank.trail(order) for order in waiting] == [["authorisation", "capture"]] * len(waiting)


CLAIMS = (orders_wait_while_the_network_is_away, captures_wait_while_the_network_is_away, what_waited_is_charged_once)


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def running(back_end_of_module: object, subject: Subject) -> Iterator[Till]:
    """Return a payment service that notices within moments that the card network is back."""
    with till(subject, timeout_s=0.2, attempts=2, breaker_reset_s=0.05) as running:
        yield running


@pytest.fixture
def counter(running: Till) -> Iterator[Till]:
    """Return it with a card network that is back."""
    running.bank.turn(Mood.OPEN)
    yield running
    running.bank.turn(Mood.OPEN)


@pytest.mark.serves
def test_money_is_held_and_taken(counter: Till) -> None:
    """On a good day an order is charged once, and a card that is declined is not."""
    counter.trade()


@pytest.mark.serves
def test_what_contradicts_itself_is_refused(counter: Till) -> None:
    """An order is paid for with one amount."""
    order = counter.hold()
    assert counter.authorise(order, amount_cents=1).status_code == 409


def test_nonsense_is_not_waited_out(counter: Till) -> None:
    """When the card network takes what it is asked for nonsense, that is an error: time will not heal it."""
    counter.bank.turn(Mood.SCOLDS)
    (order,) = counter.orders(1)
    assert any(counter.authorise(order, within_s=LISTENS_S).is_server_error for _ in range(TRIES))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_orders_survive_an_outage_unless_the_fault_is_on(counter: Till, subject: Subject, claim: Claim) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(counter)
