"""Signs in traces and logs: where errors begin, where the time goes, who complains."""

from asyncio import gather
from collections import Counter, defaultdict
from collections.abc import Sequence

from advisor.answer import Source
from advisor.calm.model import Architecture
from advisor.live.signs import ASIDE, Ends, Sign, aside, seen_as
from observability.evidence.errors import NotFound
from observability.evidence.evidence import Evidence
from observability.evidence.model import LogQuery, LogRecord, Span, Trace, TraceQuery, Window

SLOW_S = 1.0
READ = 10
"""Traces of each kind that are read."""
FEWEST = 2
"""Of them that tell the same."""
DIRECT = 5
"""What it weighs to be seen doing what is paged about."""
PEER, STATUS = "peer.service", "http.response.status_code"
REFUSALS = ("404", "409", "422")
"""What is answered to what cannot be had. Who may not ask, or cannot pay, is another matter."""


async def of_traces(of: Architecture, evidence: Evidence, window: Window, *, failing: bool, slow: bool) -> list[Sign]:
    """Return who failing traces fail at, and who slow ones spend their time at; each only if there is reason to ask.

    A trace or two that fail are no reason: a timeout now and then is part of a network.
    """
    known, beside = seen_as(of), aside(of)
    failed = await _read(evidence, TraceQuery(error=True), window) if failing else []
    late = await _read(evidence, TraceQuery(min_duration_s=SLOW_S), window) if slow else []
    calls = [(failed_call(one), one) for one in failed]
    waited = [(ends[1], one) for ends, one in calls if ends not in beside]
    alone = [(ends[1], one) for ends, one in calls if ends in beside]
    found = [
        *_counted(waited, "errors begin here", "failing traces"),
        *_counted(alone, "errors begin here", "failing traces beside all flows", ASIDE),
        *_counted([(slowest(one), one) for one in late], "time goes here", "slow traces"),
    ]
    return [one for one in found if one.who in known]


async def of_refusals(of: Architecture, evidence: Evidence, window: Window) -> list[Sign]:
    """Return who it is that refuses what cannot be had; traces of that do not fail."""
    refused = [
        one for status in REFUSALS for one in await _read(evidence, TraceQuery(attributes={STATUS: status}), window)
    ]
    told = _counted([(first_to_refuse(one), one) for one in refused], "refusals begin here", "refused requests", DIRECT)
    return [one for one in told if one.who in seen_as(of)]


async def _read(evidence: Evidence, wanted: TraceQuery, window: Window) -> list[Trace]:
    page = await evidence.traces(wanted, window, limit=READ)
    told = await gather(*(_trace(evidence, one.trace_id) for one in page.items))
    return [one for one in told if one is not None]


async def _trace(evidence: Evidence, trace_id: str) -> Trace | None:
    try:
        return await evidence.trace(trace_id)
    except NotFound:  # too old by now
        return None


def _counted(told: list[tuple[str, Trace]], name: str, what: str, weight: int = 3) -> list[Sign]:
    groups: dict[str, list[Trace]] = defaultdict(list)
    for who, trace in told:
        groups[who].append(trace)
    return [
        Sign(who, name, f"{len(traces)} of {len(told)} {what}", Source("trace", traces[0].trace_id), weight, own=True)
        for who, traces in groups.items()
        if who and len(traces) >= FEWEST and 2 * len(traces) >= len(told)
    ]


def failed_call(trace: Trace) -> Ends:
    """Return whose call it was that a failing trace failed at, and whom they called; empty where nobody called.

    That is who served its innermost error, or who gave that call no answer.
    """
    if (last := _innermost(trace)) is None:
        return "", ""
    by_id, callee = {one.span_id: one for one in trace.spans}, _origin(last, trace)
    above: Span | None = last
    for _ in trace.spans:
        if above is not None and above.service == callee:
            above = by_id.get(above.parent_id)
    return (above.service if above is not None else ""), callee


def _origin(last: Span, trace: Trace) -> str:
    served = next((span for span in trace.spans if span.parent_id == last.span_id), None)
    if last.kind == "client" and served is None and last.attributes.get(PEER):
        return str(last.attributes[PEER])
    if last.kind == "client" and served is not None and _end_s(served) > _end_s(last):
        return slowest(_within(served, trace))  # nobody waited for the answer any more
    return _refuser(last, trace) or last.service


def _innermost(trace: Trace) -> Span | None:
    errors = [span for span in trace.spans if span.error]
    above = {span.parent_id for span in errors}
    inner = [span for span in errors if span.span_id not in above]
    return max(inner, key=lambda span: _depth(span, trace), default=None)


def _end_s(span: Span) -> float:
    return span.start_s + span.duration_s


def _within(outer: Span, trace: Trace) -> Trace:
    """Return a span with all that was done for it."""
    inside, found = {outer.span_id}, [outer]
    while news := [span for span in trace.spans if span.parent_id in inside and span.span_id not in inside]:
        inside |= {span.span_id for span in news}
        found += news
    return Trace(trace.trace_id, tuple(found))


def _refuser(failed: Span, trace: Trace) -> str:
    """Return whose refusal a span failed with: of those who were called for it, the innermost that answered 4xx."""
    below, refused = [failed], ""
    while below:
        inner = [span for above in below for span in trace.spans if span.parent_id == above.span_id]
        refusing = [span for span in inner if str(span.attributes.get(STATUS, "")).startswith("4")]
        refused = refusing[0].service if refusing and refusing[0].kind == "server" else refused
        below = refusing
    return refused


def first_to_refuse(trace: Trace) -> str:
    """Return who refused a request first: of those who answered so, whoever was called last."""
    refusing = [span for span in trace.spans if span.kind == "server" and str(span.attributes.get(STATUS)) in REFUSALS]
    return max(refusing, key=lambda span: _depth(span, trace)).service if refusing else ""


def _depth(span: Span, trace: Trace) -> int:
    by_id = {one.span_id: one for one in trace.spans}
    depth, above = 0, by_id.get(span.parent_id)
    while above is not None and depth < len(by_id):
        depth, above = depth + 1, by_id.get(above.parent_id)
    return depth


def slowest(trace: Trace) -> str:
    """Return who took most of the time of a trace themselves; of a call that nobody answered, who was called."""
    took: Counter[str] = Counter()
    for span in trace.spans:
        inner = [one for one in trace.spans if one.parent_id == span.span_id and one.kind != "consumer"]
        alone = max(span.duration_s - sum(one.duration_s for one in inner), 0.0)
        silent = span.kind == "client" and not inner and span.attributes.get(PEER)
        took[str(span.attributes[PEER]) if silent else span.service] += alone  # type: ignore[assignment]
    return took.most_common(1)[0][0] if took else ""


async def of_logs(of: Architecture, evidence: Evidence, window: Window) -> list[Sign]:
    """Return who logs errors, and what they say most often."""
    page = await evidence.logs(LogQuery(level="error"), window, limit=200)
    groups: dict[str, list[LogRecord]] = defaultdict(list)
    for record in page.items:
        groups[record.service].append(record)
    return [
        Sign(service, "log", _most(records), Source("log", f"{service}: {records[0].event}"), 1)
        for service, records in groups.items()
        if service in seen_as(of)
    ]


def _most(records: Sequence[LogRecord]) -> str:
    event, number = Counter(record.event for record in records).most_common(1)[0]
    return f"{len(records)} errors, most often {event} ({number})"
