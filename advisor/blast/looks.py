"""What gauges show over a window: breakers, replicas that do not answer, messages that wait."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from advisor.blast.findings import Finding, Span, example, measured
from advisor.blast.noise import LOOK_EVERY_S, MOST, lasts, waits
from advisor.live.measures import BREAKER
from advisor.live.signs import selector
from observability.evidence.evidence import Evidence
from observability.evidence.model import Selector, TraceQuery, Window

UP = "up"
AGES = {
    "messaging_queue_oldest_message_age_seconds": "the oldest message in {0}",
    "messaging_outbox_oldest_message_age_seconds": "the oldest event in its outbox",
}
Group = tuple[str, str]
"""Service, and whom or what the gauge is about."""
Findings = dict[str, list[Finding]]


async def breakers(evidence: Evidence, span: Span) -> Findings:
    """Return who had stopped calling somebody, by service."""
    then = await _looks(evidence, BREAKER, span.before, "peer", max)
    now = await _looks(evidence, BREAKER, span.during, "peer", max)
    found: Findings = defaultdict(list)
    for (service, peer), values in now.items():
        before, during = _share(then.get((service, peer), ())), _share(values)
        if lasts(before, during):
            text = f"its breaker towards {peer} was not closed for {during:.0%} of the time, before {before:.0%}"
            source = measured(selector(BREAKER, {"service": service, "peer": peer}), span.during)
            trace = await example(evidence, TraceQuery(service=service, error=True), span.during)
            found[service].append(Finding("goes on with less", text, (source,)).with_trace(trace))
    return found


async def silences(evidence: Evidence, span: Span) -> Findings:
    """Return who had a replica that did not answer, by service."""
    then = await _looks(evidence, UP, span.before, "", min)
    now = await _looks(evidence, UP, span.during, "", min)
    found: Findings = defaultdict(list)
    for (service, _), values in now.items():
        before, during = (_share(1 - one for one in some) for some in (then.get((service, ""), ()), values))
        if service and lasts(before, during):
            text = f"a replica did not answer for {during:.0%} of the time, before {before:.0%}"
            source = measured(selector(UP, {"service": service}), span.during)
            found[service].append(Finding("fails" if during >= MOST else "goes on with less", text, (source,)))
    return found


async def waiting(evidence: Evidence, span: Span) -> Findings:
    """Return where messages wait, by the service that counts them."""
    found: Findings = defaultdict(list)
    for metric, what in AGES.items():
        then = await _looks(evidence, metric, span.before, "queue", max)
        for (service, queue), values in (await _looks(evidence, metric, span.during, "queue", max)).items():
            before, during = max(then.get((service, queue), ()), default=0.0), max(values)
            if waits(before, during):
                text = f"{what.format(queue)} had waited for {during:.2g} s, before {before:.2g} s at most"
                source = measured(selector(metric, {"service": service}), span.during)
                found[service].append(Finding("is late", text, (source,)))
    return found


async def _looks(
    evidence: Evidence, metric: str, window: Window, label: str, together: Callable[[Iterable[float]], float]
) -> Mapping[Group, list[float]]:
    """Return the values of a gauge at every look; of several replicas the highest or the lowest."""
    moments: dict[Group, dict[float, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in await evidence.range(Selector(metric), window, LOOK_EVERY_S):
        for point in one.points:
            moments[one.labels.get("service", ""), one.labels.get(label, "")][point.time_s].append(point.value)
    return {group: [together(some) for some in looks.values()] for group, looks in moments.items()}


def _share(values: Iterable[float]) -> float:
    """Return the share of looks that found more than nothing."""
    found = [one > 0 for one in values]
    return sum(found) / len(found) if found else 0.0
