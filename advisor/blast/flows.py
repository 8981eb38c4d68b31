"""Flows that are hit: worse than their objective, or late because messages wait."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from advisor.answer import Source
from advisor.blast import entry
from advisor.blast.findings import Finding, Observed, Span, at, example
from advisor.blast.noise import MOST, Tally, rose
from advisor.calm.model import Architecture, Flow
from advisor.failing import called_in
from advisor.graph import awaited
from advisor.live.measures import FEWEST
from advisor.live.signs import who
from observability.evidence.evidence import Evidence
from observability.evidence.model import TraceQuery, Window
from observability.slo.document import subjects
from observability.slo.errors import BadDocument
from observability.slo.objectives import Objective, objectives
from observability.slo.promql import expression
from observability.slo.reading import Reading

STEP_S = 2.0
Tallies = Mapping[str, Tally]
"""By objective."""


def promised(of: Architecture) -> tuple[list[Objective], dict[str, str]]:
    """Return the objectives of flows; and of flows that do not say all that is needed, what is lacking."""
    found: list[Objective] = []
    lacking: dict[str, str] = {}
    for flow in of.flows:
        if any("indicator" in config for control in flow.controls for config, _ in control.configs()):
            try:
                found += objectives(subjects({"flows": [of.source.at(flow.pointer)]}))
            except BadDocument as error:
                lacking[flow.id] = str(error)
    return found, lacking


@dataclass(frozen=True)
class Kept:
    """How the objectives of flows were kept in both windows. `lacking`: what a flow does not say, by its id."""

    objectives: Sequence[Objective]
    lacking: Mapping[str, str]
    then: Tallies
    now: Tallies

    @property
    def unhealthy(self) -> tuple[str, ...]:
        """What was worse than its objective already before anything was broken."""
        bad = (one for one in self.objectives if rose(Tally(), self.then[one.id], one.budget))
        return tuple(f"{one.subject.name}: {self.then[one.id]} {one.events_called} {one.bad_called}" for one in bad)


async def kept(of: Architecture, evidence: Evidence, span: Span) -> Kept:
    """Return how they were kept."""
    wanted, lacking = promised(of)
    then, now = [await _tallies(evidence, wanted, window) for window in (span.before, span.during)]
    return Kept(wanted, lacking, then, now)


async def _tallies(evidence: Evidence, wanted: Sequence[Objective], window: Window) -> Tallies:
    """Return how many events each objective counts in a window, and how many of them are bad."""
    terms = {one.id: (one.events(window.length_s), one.bad(window.length_s)) for one in wanted}
    reading = Reading([term for both in terms.values() for term in both], step_s=STEP_S, lazy=False)
    await reading.refresh(evidence, window.end_s)
    # Extrapolation takes good and bad apart by fractions of an event.
    values = {name: [reading.values(term).get((), 0.0) for term in both] for name, both in terms.items()}
    return {name: Tally(events, max(0.0, bad)) for name, (events, bad) in values.items()}


async def hit(
    of: Architecture, evidence: Evidence, span: Span, told: Kept, services: Mapping[str, Observed]
) -> dict[str, Observed]:
    """Return what is found of every flow. `services`: what was found of those that it passes."""
    found = {}
    begins = await _begins(of, evidence, span, told, services)
    for flow in of.flows:
        own = [one for one in told.objectives if one.subject.name == flow.id]
        worse = [_worse(flow, one, told, span) for one in own if _is_worse(one, told)]
        trace = await example(evidence, _failing_of(flow), span.during) if worse else ()
        further_in = tuple(one.with_trace(trace) for one in worse)
        findings = (*(further_in or begins.get(flow.id, ())), *_late(of, flow, services))
        found[flow.id] = Observed(findings, "" if findings else _apart(flow, own, told))
    return found


async def _begins(
    of: Architecture, evidence: Evidence, span: Span, told: Kept, services: Mapping[str, Observed]
) -> Mapping[str, Sequence[Finding]]:
    """Return what is found where flows begin, if anything was found of who serves that."""
    flows = {name: flow for name, flow in entry.declared(of).items() if services.get(flow.entry, Observed()).findings}
    slow_s, found = entry.slowest_s(told.objectives), {}
    for service in {flow.entry for flow in flows.values()}:
        spans = [await entry.met(evidence, service, slow_s, window) for window in (span.before, span.during)]
        for name, flow in flows.items():
            own = (one for one in told.objectives if one.subject.name == name and flow.entry == service)
            asked = (entry.worse(flow, one, (told.then[one.id], told.now[one.id]), (spans[0], spans[1])) for one in own)
            found[name] = [one for one in asked if one is not None]
    return found


def _is_worse(one: Objective, told: Kept) -> bool:
    """Whether more is bad than the objective allows, over and above what was bad before."""
    return rose(told.then[one.id], told.now[one.id], one.budget)


def _worse(flow: Flow, one: Objective, told: Kept, span: Span) -> Finding:
    then, now = told.then[one.id], told.now[one.id]
    text = f"{now} {one.events_called} {one.bad_called}, before {then}; {100 * one.budget:.4g} % of all are allowed"
    stops = one.indicator == "availability" and now.share >= MOST
    asked = at(expression(one.bad(span.during.length_s)), span.during)
    stated = (Source("document", pointer) for pointer in _stated(flow, one))
    return Finding("fails" if stops else "goes on with less", text, (asked, *stated))


def _stated(flow: Flow, one: Objective) -> Iterator[str]:
    configs = (told for control in flow.controls for told in control.configs())
    return (pointer for config, pointer in configs if config.get("control-id") == one.id)


def _failing_of(flow: Flow) -> TraceQuery:
    trace = flow.metadata.get("trace")
    entry = trace.get("entry") if isinstance(trace, Mapping) else None
    told = entry if isinstance(entry, Mapping) else {}
    return TraceQuery(service=told.get("service"), name=f"{told.get('method')} {told.get('path')}", error=True)


def _late(of: Architecture, flow: Flow, services: Mapping[str, Observed]) -> Iterator[Finding]:
    """Yield why a flow is completed later: what nobody waits for in it waits, or is put off."""
    calls = called_in(of, flow)
    queued = {who(of.node[one.ends[0].node]) for one in calls if one.is_queued}
    unawaited = {one.id for one in calls} - {one.id for one in awaited(of, flow)}
    for service in sorted(queued):
        for one in services.get(service, Observed()).findings:
            if one.state == "is late" or set(one.calls) & unawaited:
                yield Finding("is late", f"{service}: {one.text}", one.sources, one.calls)


def _apart(flow: Flow, own: Sequence[Objective], told: Kept) -> str:
    if not own:
        return told.lacking.get(flow.id, "it has no objective")
    if all(told.now[one.id].all < FEWEST for one in own):
        then, now = told.then[own[0].id], told.now[own[0].id]
        return f"{now.all:.0f} {own[0].events_called} in the window, and {then.all:.0f} before"
    return ""
