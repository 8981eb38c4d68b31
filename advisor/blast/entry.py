"""What customers met where a flow begins: an objective counted further in does not see what never came so far."""

from collections.abc import Iterable, Mapping, Sequence

from advisor.answer import Source
from advisor.blast.findings import Finding
from advisor.blast.noise import Tally, rose
from advisor.calm.model import Architecture
from observability.coverage.flows import BadFlow, Flow, flows
from observability.evidence.errors import NotFound
from observability.evidence.evidence import Evidence
from observability.evidence.model import Span, TraceQuery, Window
from observability.slo.objectives import Objective

MOST_READ = 300
"""Traces of a window that are read; of more, the latest."""
CITED = 3
SERVER_ERROR = 500


def declared(of: Architecture) -> dict[str, Flow]:
    """Return how traces of flows begin, by the flow's id; without flows that do not say it."""
    found: dict[str, Flow] = {}
    for one in of.flows:
        try:
            found |= {flow.name: flow for flow in flows({"flows": [of.source.at(one.pointer)]})}
        except (BadFlow, AttributeError):
            continue  # it does not say it, or its metadata are a list
    return found


async def met(evidence: Evidence, service: str, slow_s: float, window: Window) -> list[Span]:
    """Return what a service served badly in a window: in error, or for longer than `slow_s`."""
    ids: dict[str, None] = {}
    for wanted in (TraceQuery(service=service, error=True), TraceQuery(service=service, min_duration_s=slow_s)):
        page = await evidence.traces(wanted, window, limit=MOST_READ)
        ids |= dict.fromkeys(one.trace_id for one in page.items)
    found: list[Span] = []
    for one in list(ids)[:MOST_READ]:
        try:
            trace = await evidence.trace(one)
        except NotFound:
            continue  # it has been dropped in the meantime
        found += [span for span in trace.spans if span.service == service and span.kind == "server"]
    return found


def worse(
    flow: Flow, objective: Objective, events: tuple[Tally, Tally], spans: tuple[Iterable[Span], Iterable[Span]]
) -> Finding | None:
    """Return that an objective is not kept where a flow begins, or nothing.

    `events`: what it counts further in, before and in the window; `spans`: what was served badly where it begins.
    """
    bad = [[one for one in some if _begins(flow, one) and _is_bad(objective, one)] for some in spans]
    then, now = (Tally(max(one.all, len(some)), len(some)) for one, some in zip(events, bad, strict=True))
    if not rose(then, now, objective.budget):
        return None
    text = f"{now} {objective.events_called} {objective.bad_called} at {flow.entry}, before {then}"
    traces = (Source("trace", one.trace_id) for one in bad[1][:CITED])
    return Finding("goes on with less", text, tuple(traces))


def _begins(flow: Flow, span: Span) -> bool:
    told: Mapping[str, object] = span.attributes
    return (
        span.service == flow.entry
        and told.get("http.request.method") == flow.method
        and flow.path.fullmatch(str(told.get("url.path", ""))) is not None
    )


def _is_bad(objective: Objective, span: Span) -> bool:
    if objective.threshold_s is not None:
        return span.duration_s > objective.threshold_s
    status = span.attributes.get("http.response.status_code")
    return objective.indicator == "availability" and isinstance(status, int) and status >= SERVER_ERROR


def slowest_s(objectives: Sequence[Objective]) -> float:
    """Return from which duration on some objective calls an answer slow."""
    return min((one.threshold_s for one in objectives if one.threshold_s is not None), default=float("inf"))
