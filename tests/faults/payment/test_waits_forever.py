"""Proof for `payment.waits_forever`: customers are served while the card network hangs for the cards of others.

It knows payment by its base URL only, and a card network of its own that does not answer for some cards.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.support.bank import Mood
from tests.support.proof import Subject, subjects
from tests.support.till import CARD, Till, status_of, till

pytestmark = pytest.mark.usefixtures("back_end_of_module")

FAULT = "payment.waits_forever"
SLOTS = 4
TRIES = 10
LISTENS_S = 0.4
"""So long a checkout waits for payment, here."""
SOON_S = 2.0
HANGING_CARD = "card-5904"
Claim = Callable[[Till], None]


def other_cards_are_served(till: Till) -> None:
    """While the card network hangs for some cards, payments by other cards are authorised all the same."""
    hang(till)
    till.at_once(till.orders(2 * SLOTS), HANGING_CARD, within_s=LISTENS_S, listens_s=LISTENS_S)
    (order,) = till.orders(1)
    told = [status_of(till.authorise(order, CARD)) for _ in range(TRIES)]
    assert "authorised" in told, f"asked {TRIES} times for a payment by a card that does not hang: {set(told)}"


def callers_hear_in_time(till: Till) -> None:
    """Who asks for a payment by a card that hangs hears `pending` soon, and the money is taken when it is possible."""
    hang(till)
    told, untold = till.orders(2), till.orders(1)
    answers = till.at_once(told, HANGING_CARD, within_s=LISTENS_S)
    assert answers + till.at_once(untold, HANGING_CARD, listens_s=SOON_S) == ["pending"] * 3
    till.bank.turn(Mood.OPEN)
    for order in told + untold:
        till.charge(order, HANGING_CARD)
        assert till.bank.trail(order) == ["authorisation", "capture"]


CLAIMS = (other_cards_are_served, callers_hear_in_time)


def hang(till: Till) -> None:
    """Have the card network hang for some cards, when all is well."""
    till.hold()
    till.bank.turn(lambda card: Mood.SILENT if card == HANGING_CARD else Mood.OPEN)


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def running(back_end_of_module: object, subject: Subject) -> Iterator[Till]:
    """Return a payment service with few slots and short limits, whose breaker is not in play."""
    with till(subject, timeout_s=0.2, attempts=2, slots=SLOTS, breaker_failures=1000) as running:
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


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_nobody_stands_in_the_way_of_others_unless_the_fault_is_on(
    counter: Till, subject: Subject, claim: Claim
) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(counter)
