"""Claims about what counts as observed: thresholds, hand-made evidence, and where each finding was read."""

from collections.abc import Callable

import pytest

from advisor.blast.findings import Finding, Span
from advisor.blast.services import hit
from tests.support.answers import OF, changed
from tests.support.two_windows import BEGAN_S, ENDED_S, Served, TwoWindows

SPAN = Span.of(BEGAN_S, ENDED_S)
ORDERS = ("order-service", "POST", "/orders")
QUEUE = {"service": "fulfilment-worker", "queue": "order-queue"}
MESSAGES = "messaging_messages_processed_total"
Told = Callable[[TwoWindows], None]


async def found(story: TwoWindows, name: str) -> tuple[Finding, ...]:
    """Return what is found of a service."""
    return (await hit(OF, story.told(), SPAN))[name].findings


async def test_nothing_is_found_of_a_shop_that_is_as_it_was() -> None:
    """Of nobody."""
    seen = await hit(OF, TwoWindows().told(), SPAN)
    assert {name: one.findings for name, one in seen.items() if one.findings} == {}


@pytest.mark.parametrize(
    ("before", "during", "state"),
    [
        (Served(), Served(failed=11), None),
        (Served(), Served(failed=13), "goes on with less"),
        (Served(), Served(failed=300), "fails"),
        (Served(failed=60), Served(failed=70), None),
        (Served(failed=60), Served(failed=73), "goes on with less"),
        (Served(number=100), Served(number=20, failed=4), None),
        (Served(number=0), Served(number=20, failed=6), "goes on with less"),
    ],
)
async def test_errors_are_more_than_noise(before: Served, during: Served, state: str | None) -> None:
    """Five at least, and two of a hundred, beyond what the share before leads to expect; from half on it fails."""
    story = TwoWindows()
    story.before[ORDERS], story.during[ORDERS] = before, during
    assert [one.state for one in await found(story, "order-service")] == ([state] if state else [])


@pytest.mark.parametrize(
    ("before", "during", "is_slower"),
    [
        (Served(), Served(slow=5), False),
        (Served(), Served(slow=60), True),
        (Served(number=100), Served(number=100, slow=2), False),
        (Served(number=100), Served(number=100, slow=9), True),
        (Served(slow=60), Served(slow=60), False),
        (Served(slow=60, slow_s=0.3), Served(slow=60, slow_s=1.5), True),
        (Served(slow=60, slow_s=2.0), Served(slow=60, slow_s=2.4), False),
    ],
)
async def test_the_slowest_hundredth_is_slower_than_noise(before: Served, during: Served, is_slower: bool) -> None:
    """Twice as slow, by a tenth of a second, and more than a handful of requests."""
    story = TwoWindows()
    story.before[ORDERS], story.during[ORDERS] = before, during
    texts = [one.text for one in await found(story, "order-service")]
    assert [text.startswith("1% of requests took ") for text in texts] == ([True] if is_slower else [])


@pytest.mark.parametrize(
    ("name", "tell", "state", "text"),
    [
        (
            "order-service",
            lambda story: story.counts("orders_total", 6, 60, service="order-service", outcome="payment_pending"),
            "goes on with less",
            "the order is taken as payment_pending: 60 of 600 times, before 6 of 600",
        ),
        (
            "order-service",
            lambda story: story.shows("circuit_breaker_state", 0, 2, service="order-service", peer="payment-service"),
            "goes on with less",
            "its breaker towards payment-service was not closed for 100% of the time, before 0%",
        ),
        (
            "order-service",
            lambda story: story.shows("messaging_outbox_oldest_message_age_seconds", 1, 30, service="order-service"),
            "is late",
            "the oldest event in its outbox had waited for 30 s, before 1 s at most",
        ),
        (
            "fulfilment-worker",
            lambda story: story.shows("messaging_queue_oldest_message_age_seconds", 1, 30, **QUEUE),
            "is late",
            "the oldest message in order-queue had waited for 30 s, before 1 s at most",
        ),
        (
            "fulfilment-worker",
            lambda story: story.counts(MESSAGES, 0, 60, **QUEUE, outcome="retried"),
            "is late",
            "deliveries from order-queue: 60 of 660 were given back, before 0 of 600",
        ),
        (
            "billing-service",
            lambda story: story.shows("up", 1, 0, service="billing-service"),
            "fails",
            "a replica did not answer for 100% of the time, before 0%",
        ),
    ],
)
async def test_other_signs_of_less(name: str, tell: Told, state: str, text: str) -> None:
    """Fallbacks, breakers, messages that wait or come back, replicas that are silent: each with its query."""
    story = TwoWindows()
    tell(story)
    (one,) = await found(story, name)
    assert (one.state, one.text) == (state, text)
    assert one.sources[0].kind == "metric"
    assert one.sources[0].ref.endswith(f"[1m] @ {ENDED_S:.0f}")


@pytest.mark.parametrize(
    "tell",
    [
        lambda story: story.shows("circuit_breaker_state", 2, 2, service="order-service", peer="payment-service"),
        lambda story: story.shows("messaging_outbox_oldest_message_age_seconds", 1, 9, service="order-service"),
        lambda story: story.counts("orders_total", 60, 66, service="order-service", outcome="payment_pending"),
        lambda story: story.counts(
            "http_client_request_failures_total", 0, 300, service="load-balancer", peer="order-service"
        ),
    ],
)
async def test_what_was_so_before_and_what_others_say_is_no_sign(tell: Told) -> None:
    """Calls to somebody that fail tell of the way to them as well: they alone do not make them one who is hit."""
    story = TwoWindows()
    tell(story)
    assert await found(story, "order-service") == ()


async def test_a_finding_has_a_trace_that_shows_it() -> None:
    """One that failed, or one that took as long."""
    story = TwoWindows()
    story.during[ORDERS] = Served(failed=60, slow=60)
    failed, late = story.traced("order-service"), story.traced("order-service", error=False, took_s=1.5)
    errors, latency = await found(story, "order-service")
    assert [one.ref for one in errors.sources if one.kind == "trace"] == [failed]
    assert [one.ref for one in latency.sources if one.kind == "trace"] == [late]


async def test_a_fallback_is_seen_where_the_document_says() -> None:
    """Another counter there, and another is read; without one it is not known."""
    call = OF.relationship["order-service-to-payment-service"].pointer
    place = f"{call}/controls/circuit-breaker/requirements/0/config/fallback-seen"
    story = TwoWindows()
    story.counts("orders_total", 0, 60, service="order-service", outcome="payment_pending")
    story.counts("puzzles_total", 0, 60, service="order-service")
    evidence = story.told()
    for told, metric in (({"metric": "puzzles_total"}, "puzzles_total"), (None, ""), ({"metric": 7}, "")):
        of = changed(place, told)
        sources = [one.sources[0].ref for one in (await hit(of, evidence, SPAN))["order-service"].findings]
        assert [ref.partition("[")[0] for ref in sources] == ([metric] if metric else [])
