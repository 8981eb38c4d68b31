"""Proof for `worker.requeues_forever`: one message that cannot be handled harms no other, and ends with a person.

It knows the worker by its base URL: messages are put into its queue by the operator's interface, which also tells what
was put aside. Everybody whom the worker asks stands in the test.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.around_worker import AroundWorker
from tests.support.back_ends import BackEnd, broker_url
from tests.support.polling import poll_until
from tests.support.proof import Subject, subjects, under_proof

FAULT = "worker.requeues_forever"
QUEUE = "order-queue"
DELIVERIES = 3
LIMITS = {
    "WORKER_MAX_DELIVERIES": str(DELIVERIES),
    "WORKER_RETRY_BACKOFF_S": "0.02",
    "WORKER_SHORTEST_WAIT_S": "0.02",
    "WORKER_LONGEST_WAIT_S": "0.05",
}
GOOD = 25
WITHIN_S = 20.0
HOPELESS = 60
"""So often were messages put back: a worker that gets on needs ten times for this."""
Json = dict[str, Any]


@dataclass
class Shift:
    """A worker, those around it, and what was sent to it."""

    worker: httpx.Client
    around: AroundWorker
    bad: dict[str, str] = field(default_factory=dict)
    """What is wrong with a message → its id."""
    good: list[str] = field(default_factory=list)
    """Orders that can be carried out."""
    waiting: str = ""
    """An order whose payment is pending for a while."""
    before: float = 0
    """Deliveries that had ended before."""

    def publish(self, body: object, topic: str = "order.placed") -> str:
        """Put a message into the queue; return its id."""
        message = {"queue": QUEUE, "topic": topic, "body": body}
        number: str = self.worker.post("/-/messages", json=message).raise_for_status().json()["id"]
        return number

    def put_aside(self) -> dict[str, Json]:
        """Return the dead letters by id."""
        letters = self.worker.get("/-/dead-letters").raise_for_status().json()["dead_letters"]
        return {letter["id"]: letter for letter in letters}

    def ended(self, *outcomes: str) -> float:
        """Return how many deliveries ended so."""
        lines = self.worker.get("/metrics").text.splitlines()
        counted = [line for line in lines if line.startswith("messaging_messages_processed_total{")]
        return sum(float(line.rpartition(" ")[2]) for line in counted for one in outcomes if f'"{one}"' in line)

    def has_met_one(self) -> bool:
        """Whether the worker has had one of the bad messages in its hands and is done with that."""
        return self.ended("deferred", "retried", "dead", "done") > self.before

    def is_over(self) -> bool:
        """Whether all is done that was to be done, or there is no hope for it."""
        done = {*self.good, self.waiting} <= self.around.settled.keys() and {*self.bad.values()} <= {*self.put_aside()}
        return done or self.ended("deferred") >= HOPELESS


def order(number: str) -> Json:
    """Return the event of an order that was placed."""
    line = {"sku": "MUG", "name": "Mug", "quantity": 1, "unit_price_cents": 1490, "tax_percent": 19}
    return {
        "event_id": uuid4().hex,
        "type": "order.placed",
        "order_id": number,
        "customer_id": "proof",
        "occurred_at": "2025-11-22T03:00:00Z",
        "lines": [line],
        "discount_cents": 0,
        "total_cents": 1490,
        "card_token": "card-4242",
        "needs_review": False,
    }


def orders_behind_are_carried_out(shift: Shift) -> None:
    """Orders that come after a message that cannot be handled are carried out."""
    assert {number: shift.around.settled.get(number) for number in shift.good} == dict.fromkeys(shift.good, "paid")


def what_cannot_be_handled_is_put_aside(shift: Shift) -> None:
    """A message that cannot be handled is with the dead letters in the end, and they say why."""
    letters = shift.put_aside()
    assert {what: number in letters for what, number in shift.bad.items()} == dict.fromkeys(shift.bad, True)
    assert all(letters[number]["reason"] for number in shift.bad.values())


def what_waits_is_not_given_up(shift: Shift) -> None:
    """An order whose payment is pending for long is carried out as well, whatever else is in the queue."""
    assert shift.around.settled.get(shift.waiting) == "paid"
    assert {*shift.put_aside()} <= {*shift.bad.values()}


Claim = Callable[[Shift], None]
CLAIMS = (orders_behind_are_carried_out, what_cannot_be_handled_is_put_aside, what_waits_is_not_given_up)


@pytest.fixture(scope="module")
def back_end_of_module(back_end_with_broker: BackEnd) -> BackEnd:
    """Have the queue be on RabbitMQ where the data is on PostgreSQL."""
    return back_end_with_broker


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def shift(back_end_of_module: BackEnd, subject: Subject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shift]:
    """Return a worker that has nothing to do."""
    with AroundWorker() as around:
        queue = broker_url(tmp_path_factory.mktemp("queue"))
        environment = {"WORKER_BROKER_URL": queue, **LIMITS, **around.environment}
        with under_proof(subject, environment) as process, httpx.Client(base_url=process.url) as client:
            yield Shift(client, around)


@pytest.mark.serves
def test_an_order_is_carried_out(shift: Shift) -> None:
    """An order is carried out, and so is one whose payment is pending for a moment."""
    numbers = [uuid4().hex, uuid4().hex]
    shift.around.pending[numbers[1]] = 1
    for number in numbers:
        shift.publish(order(number))
    poll_until(lambda: {*numbers} <= shift.around.settled.keys(), "both to be settled", within_s=WITHIN_S)
    assert [shift.around.settled[number] for number in numbers] == ["paid", "paid"]


def all_is_told(shift: Shift) -> None:
    """Send what cannot be handled, and orders behind it, once; return when all is done, or will not be."""
    if shift.good:
        return
    refused, shift.before = uuid4().hex, shift.ended("deferred", "retried", "dead", "done")
    shift.around.refused.add(refused)
    shift.bad = {
        "no JSON": shift.publish("{"),
        "nobody knows its topic": shift.publish(order(uuid4().hex), topic="order.misplaced"),
        "something is missing": shift.publish({**order(uuid4().hex), "lines": None}),
        "the books refuse it": shift.publish(order(refused)),
    }
    poll_until(shift.has_met_one, "one of them to be met", within_s=WITHIN_S)
    shift.waiting, shift.good = uuid4().hex, [uuid4().hex for _ in range(GOOD)]
    shift.around.pending[shift.waiting] = 3 * DELIVERIES
    for number in (shift.waiting, *shift.good):
        shift.publish(order(number))
    with suppress(AssertionError):  # what is missing is for the claims to say
        poll_until(shift.is_over, "all messages to be dealt with", within_s=WITHIN_S)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_one_message_harms_no_other(shift: Shift, subject: Subject, claim: Claim) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    all_is_told(shift)
    with subject.expected():
        claim(shift)
