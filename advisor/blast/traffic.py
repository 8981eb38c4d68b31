"""What services serve: requests and deliveries, how many of them end badly, and how long they take."""

from collections import defaultdict
from collections.abc import Mapping
from math import isfinite

from advisor.answer import Source
from advisor.blast.findings import Finding, Span, example, measured
from advisor.blast.noise import MOST, Tally, bound_s, rose
from advisor.live.measures import SERVED
from advisor.live.signs import SLOWEST, selector, tail
from observability.evidence.evidence import Evidence
from observability.evidence.model import Selector, TraceQuery, Window

PROCESSED = "messaging_messages_processed_total"
GIVEN_BACK = "retried|dead"
Way = tuple[str, str]
"""What is served: method and route, or the queue that deliveries come from and nothing."""
Served = Mapping[str, Mapping[Way, Tally]]
"""By service."""


async def served(evidence: Evidence, window: Window) -> Served:
    """Return what everybody served in a window, and how much of it ended in a server error or was given back."""
    found: dict[str, dict[Way, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for one in await evidence.increase(Selector(f"{SERVED}_count"), window, ("service", "method", "route", "status")):
        labels = one.labels
        bad = one.value if labels.get("status", "").startswith("5") else 0.0
        found[labels.get("service", "")][labels.get("method", ""), labels.get("route", "")] += Tally(one.value, bad)
    for one in await evidence.increase(Selector(PROCESSED), window, ("service", "queue", "outcome")):
        bad = one.value if one.labels.get("outcome") in GIVEN_BACK.split("|") else 0.0
        found[one.labels.get("service", "")][one.labels.get("queue", ""), ""] += Tally(one.value, bad)
    return found


def number(of: Mapping[Way, Tally]) -> float:
    """Return how much was served in all."""
    return sum(one.all for one in of.values())


async def failing(evidence: Evidence, span: Span, before: Served, during: Served) -> dict[str, list[Finding]]:
    """Return who serves more errors than before, by service; a finding for each way."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for service, ways in during.items():
        for way, now in ways.items():
            then = before.get(service, {}).get(way, Tally())
            if rose(then, now):
                found[service].append(_failing(service, way, then, now, span.during))
        if service in found:
            trace = await example(evidence, TraceQuery(service=service, error=True), span.during)
            found[service] = [one.with_trace(trace) for one in found[service]]
    return found


def _failing(service: str, way: Way, then: Tally, now: Tally, window: Window) -> Finding:
    first, route = way
    if not route:
        wanted = selector(PROCESSED, {"service": service, "queue": first}, outcome=GIVEN_BACK)
        text = f"deliveries from {first}: {now} were given back, before {then}"
        return Finding("is late", text, (measured(wanted, window),))
    wanted = selector(f"{SERVED}_count", {"service": service, "method": first, "route": route}, status="5..")
    text = f"{first} {route}: {now} ended in a server error, before {then}"
    return Finding("fails" if now.share >= MOST else "goes on with less", text, (measured(wanted, window),))


async def slower(evidence: Evidence, span: Span) -> dict[str, list[Finding]]:
    """Return whose slowest requests take much longer than before, by service: one in a hundred, a handful at least."""
    then, now = [await _slowest(evidence, window) for window in (span.before, span.during)]
    found: dict[str, list[Finding]] = {}
    for service in sorted(then.keys() & now.keys()):
        bound = bound_s(then[service])
        if now[service] > bound:
            text = f"{SLOWEST:.0%} of requests took {now[service]:.2g} s and more, before {then[service]:.2g} s"
            source = measured(selector(SERVED, {"service": service}), span.during)
            trace = await example(evidence, TraceQuery(service=service, min_duration_s=bound), span.during)
            found[service] = [Finding("goes on with less", text, (Source("metric", f"p99 {source.ref}"), *trace))]
    return found


async def _slowest(evidence: Evidence, window: Window) -> dict[str, float]:
    found = await tail(evidence, SERVED, {}, window)
    return {one.labels.get("service", ""): one.value for one in found if isfinite(one.value)}
