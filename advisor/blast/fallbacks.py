"""Fallbacks that are used: the document says of each by which counter that is seen."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from advisor.answer import Source
from advisor.blast.findings import Finding, Span, measured
from advisor.blast.noise import Tally, rose
from advisor.calm.model import Architecture, Relationship
from advisor.failing import fallback, seen_by
from advisor.live.measures import CALLED, between
from advisor.live.signs import who
from observability.evidence.evidence import Evidence
from observability.evidence.model import Selector, Window


async def used(of: Architecture, evidence: Evidence, span: Span) -> dict[str, list[Finding]]:
    """Return who did something else instead of a call more often than before, by service."""
    made = (
        await between(evidence, f"{CALLED}_count", span.before),
        await between(evidence, f"{CALLED}_count", span.during),
    )
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


async def _tally(evidence: Evidence, counter: Selector, window: Window, attempts: Sequence[float]) -> Tally:
    """Return how often it was used, of how many calls; a breaker that is open lets none be attempted."""
    times = sum(one.value for one in await evidence.increase(counter, window, ()))
    return Tally(max([times, *attempts]), times)
