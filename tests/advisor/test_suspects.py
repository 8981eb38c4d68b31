"""Claims about suspects: who is found in what stories, with what for and against; and that nobody is found in none."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from advisor.answer import Answer
from advisor.answers.flows import flow
from advisor.calm.model import Node
from advisor.live.lab import Firing, Harm
from advisor.live.suspects import added, look, suspects
from observability.impact.invariants import charges, orders
from observability.impact.model import Damage
from tests.support.answers import OF, told
from tests.support.live_lab import NOW_S, StandInLab, Story

WAY = ("web-frontend", "load-balancer", "api-gateway", "order-service", "payment-service", "payment-provider")


def quiet() -> Story:
    """Nothing happens, and everything is traced."""
    story = Story()
    story.traced(WAY)
    story.gauge("up", 1, service="order-service")
    story.gauge("db_client_connections_in_use", 1, service="order-service", pool="order")
    story.gauge("db_client_connections_max", 5, service="order-service", pool="order")
    story.gauge("circuit_breaker_state", 0, service="order-service", peer="payment-service")
    story.gauge("load_balancer_backend_up", 1, service="load-balancer", backend="one")
    story.gauge("ledger_drift_cents", 0, service="billing-service")
    return story


def silent_provider() -> Story:
    """The card network does not answer: who asks it fails, and so on up."""
    story = quiet()
    story.failing = {"payment-service": 0.5, "order-service": 0.1}
    story.refused = {("payment-service", "payment-provider"): 0.5, ("order-service", "payment-service"): 0.5}
    story.traced(WAY, error=True, silent=True)
    story.gauge("circuit_breaker_state", 2, service="payment-service", peer="payment-provider")
    return story


def silent_provider_stood() -> Story:
    """And everybody does what is promised for that."""
    return goes_on(silent_provider())


def goes_on(story: Story) -> Story:
    """Who calls somebody that fails does what the document promises for that."""
    story.rising("payments_total", {"service": "payment-service", "outcome": "pending"}, 2)
    story.rising("orders_total", {"service": "order-service", "outcome": "payment_pending"}, 2)
    return story


def promised_to_go_on() -> Story:
    """The card network fails, and payment does not answer "pending" as it is to."""
    story = silent_provider()
    story.rising("orders_total", {"service": "order-service", "outcome": "payment_pending"}, 2)
    return story


def closed_breaker() -> Story:
    """The card network fails, payment goes on as promised, and never stops asking."""
    story = goes_on(quiet())
    story.refused = {("payment-service", "payment-provider"): 0.9}
    story.traced(WAY, error=True, silent=True)
    story.gauge("circuit_breaker_state", 0, service="payment-service", peer="payment-provider")
    return story


def sent_nothing() -> Story:
    """A gateway is well and gets no requests; the other has too many, and fails."""
    story = quiet()
    story.failing = {"api-gateway": 0.4, "load-balancer": 0.3, "web-frontend": 0.2}
    story.gauge("load_balancer_backend_up", 0, service="load-balancer", backend="127.0.0.1:9002")
    story.traced(("web-frontend", "load-balancer", "api-gateway"), error=True)
    story.lab.firing.append(Firing("LoadBalancerAvailability", "load-balancer", "page", "a third of requests fail"))
    return story


def refused_for_others() -> Story:
    """The card network fails, and payment says that cards were declined: checkouts fail further up."""
    story = goes_on(quiet())
    story.failing = {"web-frontend": 0.5, "load-balancer": 0.5, "api-gateway": 0.5}
    story.refused = {("payment-service", "payment-provider"): 0.5}
    story.gauge("circuit_breaker_state", 2, service="payment-service", peer="payment-provider")
    story.refusal(WAY[2:5], "402")
    labels = {"service": "payment-service", "method": "PUT", "route": "/payments", "status": "402"}
    story.rising("http_server_request_duration_seconds_count", labels, 2)
    return story


def stale_offers() -> Story:
    """Nothing fails: orders are refused, for what was offered; some cards are declined as on every day."""
    story = quiet()
    story.rising("orders_total", {"service": "order-service", "outcome": "rejected"}, 2)
    story.traced(WAY, error=True)
    story.lab.firing.append(Firing("OrdersRejected", "order-service", "page", "A third of the orders are rejected"))
    return story


def slow_inventory() -> Story:
    """It takes three seconds, and whoever asks it waits."""
    story = quiet()
    story.slow = {"inventory-service": 2.0, "order-service": 2.0, "api-gateway": 2.0, "load-balancer": 2.0}
    story.traced(("load-balancer", "api-gateway", "order-service", "inventory-service"), last_s=2.0)
    return story


def dry_pool() -> Story:
    """All connections of the order service are taken."""
    story = quiet()
    story.failing = {"order-service": 0.4, "api-gateway": 0.3, "load-balancer": 0.3, "web-frontend": 0.2}
    story.gauge("db_client_connections_in_use", 5, service="order-service", pool="order")
    story.traced(("load-balancer", "api-gateway", "order-service"), error=True)
    story.complaint("order-service", "request.failed")
    return story


def dead_gateway() -> Story:
    """One gateway is out of rotation."""
    story = quiet()
    story.gauge("load_balancer_backend_up", 0, service="load-balancer", backend="two")
    return story


def drifting() -> Story:
    """No error, no latency: money is wrong."""
    story = quiet()
    story.gauge("ledger_drift_cents", 120, service="billing-service")
    story.lab.firing.append(Firing("LedgerDrift", "billing-service", "page", "Totals and entries differ by 1.20 EUR"))
    return story


def charged_twice() -> Story:
    """No error, no latency, no alert: the card network has taken money twice."""
    story = quiet()
    twice = Damage(charges.ONCE, "money", "o1", "order o1 was charged 2 times, 12.00 EUR too much", "o1", "ada", 1200)
    story.lab.harmed = Harm((twice, replace(twice, subject="o2")))
    return story


async def answered(lab: StandInLab) -> Answer:
    """Return what is said of a lab."""
    return suspects(OF, await look(OF, lab))


async def test_nothing_is_wrong_with_a_healthy_lab_ten_times_out_of_ten() -> None:
    """And it is said what was looked at."""
    for _ in range(10):
        found = await answered(quiet().told())
        assert [section.title for section in found.sections] == ["Nothing is wrong"]
        assert {line.sources[0].kind for line in found.lines} == {
            "health", "alert", "metric", "document", "trace", "log", "impact",
        }  # fmt: skip


async def test_nothing_is_wrong_with_a_lab_that_has_no_evidence_yet() -> None:
    """What is not known is no sign."""
    found = await answered(Story().lab)
    assert found.about == ()


async def test_a_trace_that_fails_now_and_then_is_no_reason() -> None:
    """Nor is a slow one, when neither metrics nor alerts say so."""
    story = quiet()
    story.traced(WAY, error=True, silent=True)
    story.traced(WAY, last_s=2.0)
    found = await answered(story.told())
    assert found.sections[0].title == "Nothing is wrong"


def just_started() -> Story:
    """Half of the calls failed while the lab was starting, until twenty seconds ago."""
    story = quiet()
    labels = {"service": "order-service", "instance": "order-service-1", "peer": "payment-service"}
    failed = [(NOW_S - 60 + 5 * step, 20.0 * min(step, 6)) for step in range(12)]
    story.lab.evidence.expose("http_client_request_failures_total", labels, failed)
    story.gauge("process_start_time_seconds", NOW_S - 45, service="order-service")
    return story


def moment_at_a_bound() -> Story:
    """The pool was dry and a breaker open, just now and only then."""
    story = quiet()
    for metric, before, now, labels in (
        ("db_client_connections_in_use", 1, 5, {"pool": "order"}),
        ("circuit_breaker_state", 0, 2, {"peer": "payment-service"}),
    ):
        series = {"service": "order-service", "instance": "order-service-1", **labels}
        story.lab.evidence.expose(metric, series, [(NOW_S - 20 + 5 * step, before) for step in range(4)])
        story.lab.evidence.expose(metric, series, [(NOW_S, now)])
    return story


def four_slow_requests() -> Story:
    """Of sixty."""
    story = quiet()
    for bound, rest in (("0.05", 56), ("2.5", 56), ("5", 60), ("+Inf", 60)):
        labels = {"service": "billing-service", "instance": "billing-service-1", "le": bound}
        story.lab.evidence.expose("http_server_request_duration_seconds_bucket", labels, risen(rest))
    labels = {"service": "billing-service", "instance": "billing-service-1"}
    story.lab.evidence.expose("http_server_request_duration_seconds_count", labels, risen(60))
    return story


def risen(by: float) -> list[tuple[float, float]]:
    """Return a counter that rises so much in a minute."""
    return [(NOW_S - 60 + 5 * step, by * step / 12) for step in range(13)]


@pytest.mark.parametrize("story", [just_started, moment_at_a_bound, four_slow_requests])
async def test_what_every_lab_shows_now_and_then_is_no_sign(story: Callable[[], Story]) -> None:
    """Its start, a moment at a bound, a handful of slow requests."""
    found = await answered(story().told())
    assert [section.title for section in found.sections] == ["Nothing is wrong"], list(found.lines)


async def test_an_alert_without_a_suspect_is_not_nothing() -> None:
    """One about a flow names nobody."""
    lab = Story().told()
    lab.firing.append(Firing("RefundLatency", "refund-flow", "page", "Cancellations are slow"))
    found = await answered(lab)
    assert told(found, "Something is wrong") == ["refund-flow: RefundLatency: Cancellations are slow"]


@pytest.mark.parametrize(
    ("story", "first"),
    [
        (silent_provider_stood, "payment-provider"),
        (promised_to_go_on, "payment-service"),
        (closed_breaker, "payment-service"),
        (sent_nothing, "load-balancer"),
        (refused_for_others, "payment-service"),
        (stale_offers, "inventory-service"),
        (slow_inventory, "inventory-service"),
        (dry_pool, "order-service"),
        (dead_gateway, "load-balancer"),
        (drifting, "billing-service"),
        (charged_twice, "payment-service"),
    ],
)
async def test_the_reason_is_suspected_before_those_who_feel_it(story: Callable[[], Story], first: str) -> None:
    """The same each time; every line has its source."""
    made = [story().told() for _ in range(2)]
    one, other = [await answered(lab) for lab in made]
    assert one.about[0] == first
    assert one.about == other.about
    assert all(line.sources for line in one.lines)
    assert told(one, "What to check next")


async def test_books_that_differ_are_a_known_symptom_or_at_least_not_nothing() -> None:
    """By what does not hold; whatever no failure mode of the document is known by names nobody."""
    (line,) = [one for one in (await answered(charged_twice().told())).lines if one.name == "known symptom"]
    assert line.text.endswith("(order o1 was charged 2 times, 12.00 EUR too much, and 1 more)")
    assert (line.sources[0].kind, line.sources[0].ref) == ("impact", charges.ONCE)
    lab = quiet().told()
    lab.harmed = Harm((Damage(orders.PROMISED, "lost", "o3", "order o3 was given up"),))
    assert told(await answered(lab), "Something is wrong") == ["books: order o3 was given up"]


async def test_books_that_cannot_be_read_are_not_said_to_be_well() -> None:
    """Whether anything else is wrong or not, nor in the answer to another question."""
    for story in (quiet(), dry_pool()):
        lab = story.told()
        lab.harmed = Harm(unseen=("The database of order is not known.",))
        found = await answered(lab)
        assert told(found, "Not looked at") == ["books: The database of order is not known."]
        assert "books: nothing unusual" not in told(found, "Nothing is wrong")
        now = added(OF, flow(OF, OF.flows[0]), await look(OF, lab), [])
        assert told(now, "Not looked at") == ["books: The database of order is not known."]


async def test_who_only_feels_it_has_that_in_their_favour() -> None:
    """Who calls a suspect may be none; and who says that they are well is quoted."""
    found = await answered(silent_provider_stood().told())
    against = told(found, "What speaks against it")
    felt = "it may only feel it: payment-provider, which it calls, shows signs itself: Every step at the card network."
    assert felt in against
    assert "health: payment-service-1 says that it is well" in against


async def test_a_promise_that_is_not_kept_is_quoted() -> None:
    """What fails, what was promised for that, where, and how often it was done."""
    lines = (await answered(promised_to_go_on().told())).sections[0].lines
    (line,) = [one for one in lines if one.name == "promise not kept"]
    assert line.text.endswith(
        "calls of payment-provider failed, and 0 times it went on as promised: answered as pending"
    )
    assert OF.source.at(line.sources[1].ref) == "answered as pending"


async def test_known_symptoms_are_named_with_their_remedy() -> None:
    """Where they stand, and what the metric says."""
    found = await answered(dry_pool().told())
    assert "known symptom: HTTP 503 errors (1 >= 1)" in told(found, "1. order-service")
    assert "type: lab ops set order pool_size=10" in told(found, "What to check next")
    (line,) = [one for one in found.sections[0].lines if one.name == "known symptom"]
    assert line.sources[0].ref.startswith('db_client_connections_in_use{service="order-service"} / ')
    assert OF.source.at(line.sources[1].ref)["symptom"] == "HTTP 503 errors"


async def test_who_does_not_answer_is_a_suspect() -> None:
    """Or answers that it is not well."""
    lab = quiet().told()
    lab.ill = {"payment-service-1": None, "billing-service-1": 503}
    found = await answered(lab)
    assert set(found.about) == {"payment-service", "billing-service"}
    assert "health: payment-service-1 does not answer" in told(found, f"{found.about.index('payment-service') + 1}. ")


async def test_answers_are_told_with_what_is_seen_now() -> None:
    """Health, signs and suspects come first."""
    lab = dry_pool().told()
    seen = await look(OF, lab)
    node: Node = OF.node["order-service"]
    found = added(OF, flow(OF, OF.flows[0]), seen, [node.id])
    assert told(found, "Now: health") == ["order-service-1: is well"]
    assert any(line.startswith("order-service, errors: ") for line in told(found, "Now: signs"))
    assert told(found, "Now: suspects")[0].startswith("1. order-service: weighs ")
