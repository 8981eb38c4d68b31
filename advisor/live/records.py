"""Signs in traces and logs: where errors begin, where the time goes, who complains."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from advisor.answer import Source
from advisor.calm.model import Architecture
from advisor.live.signs import Sign, seen_as
from observability.evidence.evidence import Evidence
from observability.evidence.model import LogQuery, LogRecord, Span, Trace, TraceQuery, Window

SLOW_S = 1.0
READ = 10
"""Traces of each kind that are read."""
FEWEST = 2
"""Of them that tell the same."""
PEER, STATUS = "peer.service", "http.response.status_code"


async def of_traces(of: Architecture, evidence: Evidence, window: Window, *, failing: bool, slow: bool) -> list[Sign]:
    """Return who failing traces fail at, and who slow ones spend their time at; each only if there is reason to ask.

    A trace or two that fail are no reason: a timeout now and then is part of a network.
    """
    known = seen_as(of)
    failed = await _read(evidence, TraceQuery(error=True), window) if failing else []
    late = await _read(evidence, TraceQuery(min_duration_s=SLOW_S), window) if slow else []
    found = [
        *_counted([(origin(one), one) for one in failed], "errors begin here", "failing traces"),
        *_counted([(slowest(one), one) for one in late], "time goes here", "slow traces"),
    ]
    return [one for one in found if one.who in known]


async def _read(evidence: Evidence, wanted: TraceQuery, window: Window) -> list[Trace]:
    page = await evidence.traces(wanted, window, limit=READ)
    return [await evidence.trace(one.trace_id) for one in page.items]


def _counted(told: list[tuple[str, Trace]], name: str, what: str) -> list[Sign]:
    groups: dict[str, list[Trace]] = defaultdict(list)
    for who, trace in told:
        groups[who].append(trace)
    return [
        Sign(who, name, f"{len(traces)} of {len(told)} {what}", Source("trace", traces[0].trace_id), 3, own=True)
        for who, traces in groups.items()
        if who and len(traces) >= FEWEST and 2 * len(traces) >= len(told)
    ]


def origin(trace: Trace) -> str:
    """Return whom a failing trace failed at: who served its innermost error, or who gave that call no answer."""
    errors = [span for span in trace.spans if span.error]
    above = {span.parent_id for span in errors}
    inner = [span for span in errors if span.span_id not in above]
    if not inner:
        return ""
    last = max(inner, key=lambda span: _depth(span, trace))
    answered = any(span.parent_id == last.span_id for span in trace.spans)
    if last.kind == "client" and not answered and last.attributes.get(PEER):
        return str(last.attributes[PEER])
    return _refuser(last, trace) or last.service


def _refuser(failed: Span, trace: Trace) -> str:
    """Return whose refusal a span failed with: of those who were called for it, the innermost that answered 4xx."""
    below, refused = [failed], ""
    while below:
        inner = [span for above in below for span in trace.spans if span.parent_id == above.span_id]
        refusing = [span for span in inner if str(span.attributes.get(STATUS, "")).startswith("4")]
        refused = refusing[0].service if refusing and refusing[0].kind == "server" else refused
        below = refusing
    return refused


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
