"""Services that are hit, whatever shows it."""

from collections.abc import Mapping, Sequence

from advisor.blast import fallbacks, looks, traffic
from advisor.blast.findings import Finding, Observed, Span
from advisor.calm.model import Architecture
from advisor.live.measures import FEWEST
from advisor.live.signs import seen_as
from observability.evidence.evidence import Evidence


async def hit(of: Architecture, evidence: Evidence, span: Span) -> dict[str, Observed]:
    """Return what is found of every service, by the name under which it is seen."""
    before, during = [await traffic.served(evidence, window) for window in (span.before, span.during)]
    told: Sequence[Mapping[str, Sequence[Finding]]] = (
        await traffic.failing(evidence, span, before, during),
        await traffic.slower(evidence, span),
        await fallbacks.used(of, evidence, span),
        await looks.breakers(evidence, span),
        await looks.waiting(evidence, span),
        await looks.silences(evidence, span),
    )
    found = {}
    for name in seen_as(of):
        findings = tuple(one for some in told for one in some.get(name, ()))
        served, previous = (traffic.number(some.get(name, {})) for some in (during, before))
        idle = f"it served {served:.0f} requests in the window, and {previous:.0f} before" if served < FEWEST else ""
        found[name] = Observed(findings, "" if findings else idle)
    return found
