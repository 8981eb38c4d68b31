"""Claims about suspects: who is found in what stories, with what for and against; and that nobody is found in none."""

from collections.abc import Callable

import pytest

from advisor.answer import Answer
from advisor.answers.flows import flow
from advisor.calm.model import Node
from advisor.live.lab import Changes, Firing, Harm
from advisor.live.looking import look
from advisor.live.suspects import added, suspects
from observability.evidence.errors import Unavailable
from observability.impact.invariants import charges, orders
from observability.impact.model import Damage
from tests.support.answers import OF, told
from tests.support.live_lab import StandInLab, Story
from tests.support.memory_evidence.evidence import MemoryEvidence
from tests.support.stories import (
    WAY,
    changed_by_nobody,
    charged_twice,
    closed_breaker,
    dead_gateway,
    drifting,
    dry_pool,
    four_slow_requests,
    given_up_on,
    just_started,
    moment_at_a_bound,
    piled_up_behind,
    promised_to_go_on,
    quiet,
    refused_for_others,
    sent_nothing,
    silent_provider_stood,
    slow_inventory,
    stale_offers,
    supplier_away_meanwhile,
)


async def answered(lab: StandInLab) -> Answer:
    """Return what is said of a lab."""
    return suspects(OF, await look(OF, lab))


async def test_nothing_is_wrong_with_a_healthy_lab_ten_times_out_of_ten() -> None:
    """And it is said what was looked at."""
    for _ in range(10):
        found = await answered(quiet().told())
        assert [section.title for section in found.sections] == ["Nothing is wrong"]
        assert {line.sources[0].kind for line in found.lines} == {
            "health", "alert", "metric", "document", "trace", "log", "impact", "setting",
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
        (piled_up_behind, "payment-service"),
        (stale_offers, "inventory-service"),
        (supplier_away_meanwhile, "inventory-service"),
        (slow_inventory, "inventory-service"),
        (given_up_on, "inventory-service"),
        (dry_pool, "order-service"),
        (dead_gateway, "load-balancer"),
        (drifting, "billing-service"),
        (charged_twice, "payment-service"),
        (changed_by_nobody, "payment-service"),
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


async def test_traces_that_cannot_be_read_are_not_said_to_be_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured is enough to suspect somebody; and the answer says what is missing."""

    async def silent(*_: object, **__: object) -> None:
        raise Unavailable("Jaeger does not answer at http://jaeger:16686.")

    monkeypatch.setattr(MemoryEvidence, "traces", silent)
    found = await answered(dry_pool().told())
    assert found.about[0] == "order-service"
    assert told(found, "Not looked at") == ["records: Jaeger does not answer at http://jaeger:16686."]


async def test_settings_are_asked_about_only_where_nothing_else_is_wrong() -> None:
    """They differ for many a reason; and that they could not be asked about is said."""
    lab = dry_pool().told()
    lab.changed = changed_by_nobody().lab.changed
    assert "payment-service" not in (await answered(lab)).about
    lab = quiet().told()
    lab.changed = Changes(unseen="The supervisor does not answer.")
    found = await answered(lab)
    assert told(found, "Not looked at") == ["settings: The supervisor does not answer."]
    assert "settings: nothing unusual" not in told(found, "Nothing is wrong")


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
