"""Fallbacks that are used: the document says of each by which counter that is seen."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from advisor.answer import Source
from advisor.blast.findings import Finding, Span, measured
from advisor.blast.noise import Tally, rose
from advisor.calm.model import Architecture, Relationship
from advisor.failing import fallback
from advisor.live.measures import CALLED
from advisor.live.signs import who
from observability.evidence.evidence import Evidence
from observability.evidence.model import Matcher, Selector, Window

SEEN = "fallback-seen"


async def used(of: Architecture, evidence: Evidence, span: Span) -> dict[str, list[Finding]]:
    """Return who did something else instead of a call more often than before, by service."""
    made = await _attempts(evidence, span.before), await _attempts(evidence, span.during)
    found: dict[str, list[Finding]] = defaultdict(list)
    for (caller, counter), calls in _declared(of).items():
        ways = {(caller, who(of.node[one.ends[1].node])) for one in calls}
        then = await _tally(evidence, counter, span.before, [made[0].get(way, 0.0) for way in ways])
        now = await _tally(evidence, counter, span.during, [made[1].get(way, 0.0) for way in ways])
        if rose(then, now):
            instead = "; ".join(dict.fromkeys(fallback(one)[0] for one in calls))
            text = f"{instead}: {now} times, before {then}"
            stated = (Source("document", fallback(one)[1]) for one in calls)
            sources = (measured(counter, span.during), *stated)
            found[caller].append(Finding("goes on with less", text, sources, tuple(one.id for one in calls)))
    return found


def _declared(of: Architecture) -> Mapping[tuple[str, Selector], Sequence[Relationship]]:
    """Return the calls whose fallback is seen by a counter, by caller and counter; replicas have theirs once."""
    found: dict[tuple[str, Selector], list[Relationship]] = defaultdict(list)
    for call in of.connections:
        if counter := seen_by(call):
            found[who(of.node[call.ends[0].node]), counter].append(call)
    return found


def seen_by(call: Relationship) -> Selector | None:
    """Return the counter of a fallback; nothing when it has none, or it does not say."""
    for control in call.controls:
        for config, _ in control.configs():
            told = config.get(SEEN)
            if isinstance(told, Mapping) and isinstance(told.get("metric"), str):
                labels = told.get("labels")
                wanted = labels.items() if isinstance(labels, Mapping) else ()
                return Selector(told["metric"], tuple(Matcher(str(name), "=", str(value)) for name, value in wanted))
    return None


async def _attempts(evidence: Evidence, window: Window) -> Mapping[tuple[str, str], float]:
    samples = await evidence.increase(Selector(f"{CALLED}_count"), window, ("service", "peer"))
    return {(one.labels.get("service", ""), one.labels.get("peer", "")): one.value for one in samples}


async def _tally(evidence: Evidence, counter: Selector, window: Window, attempts: Sequence[float]) -> Tally:
    """Return how often it was used, of how many calls; a breaker that is open lets none be attempted."""
    times = sum(one.value for one in await evidence.increase(counter, window, ()))
    return Tally(max([times, *attempts]), times)
