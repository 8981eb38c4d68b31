"""Questions about traces."""

from collections.abc import Mapping
from typing import Any

from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Encoded

from observability.evidence.errors import BadQuery, NotFound
from observability.evidence.model import Kind, Span, SpanEvent, Trace, TraceSummary
from observability.evidence.store import ids
from observability.evidence.store.attributes import mapping
from observability.evidence.store.reading import Reader, among

NS = 1_000_000_000
MOST_SPANS = 20_000
AROUND_NS = 1800 * NS
KINDS: tuple[Kind, ...] = ("internal", "internal", "server", "client", "producer", "consumer")
_WHOLE = f"""
SELECT s.hi, s.lo, r.service, r.instance, s.start, s.duration, s.error, s.raw, r.resource
FROM {{s}}.spans s JOIN {{s}}.resources r ON r.id = s.resource
WHERE s.hi BETWEEN ? AND ? AND (s.hi > ? OR s.lo >= ?) AND (s.hi < ? OR s.lo <= ?) LIMIT {MOST_SPANS}
"""
_PARTS = """
SELECT s.hi, s.lo, s.span, s.parent, r.service, s.name, s.start, s.duration, s.error
FROM {s}.spans s JOIN {s}.resources r ON r.id = s.resource WHERE s.start >= ? AND s.start <= ? AND s.hi IN """

TraceKey = tuple[int, int]


def whole(reader: Reader, trace_id: str) -> Trace:
    """Return one trace. Raises NotFound, and BadQuery when several begin with these digits."""
    (first, first_low), (last, last_low) = ids.beginning_with(trace_id)
    rows = [
        row
        for one in reader.slices()
        for row in reader.rows(one, _WHOLE, first, last, first, first_low, last, last_low)
    ]
    if not rows:
        raise NotFound(f"There is no trace {trace_id}, or no longer.")
    if len(found := {row[:2] for row in rows}) > 1:
        raise BadQuery(f"{len(found)} traces or more begin with {trace_id}: write more of its digits.")
    rows.sort(key=lambda row: (row[4], -row[5]))
    return Trace(ids.trace_id(*rows[0][:2]), tuple(_span(*row) for row in rows))


def summaries(reader: Reader, moments: Mapping[TraceKey, int]) -> dict[TraceKey, TraceSummary]:
    """Return what lists tell of traces, of those that are stored; `moments` says when something of each was, in ns.

    Looked at is what began up to half an hour before and after: that is much quicker than to look at everything.
    """
    wanted = moments.keys()
    highs = among(sorted({high for high, _ in wanted}))
    first, last = min(moments.values(), default=0) - AROUND_NS, max(moments.values(), default=0) + AROUND_NS
    rows: dict[TraceKey, list[tuple[Any, ...]]] = {}
    for one in reader.slices(first / NS) if wanted else []:
        for row in reader.rows(one, _PARTS + highs, first, last):
            if row[:2] in wanted:
                rows.setdefault(row[:2], []).append(row[2:])
    return {key: _summary(key, spans) for key, spans in rows.items()}


def _summary(key: TraceKey, spans: list[tuple[Any, ...]]) -> TraceSummary:
    spans.sort(key=lambda span: (span[4], -span[5]))
    roots = [span for span in spans if not span[1]]
    _, _, service, name, *_ = (roots or spans)[0]
    start, end = spans[0][4], max(span[4] + span[5] for span in spans)
    return TraceSummary(
        trace_id=ids.trace_id(*key),
        service=service,
        name=name,
        start_s=start / NS,
        duration_s=(end - start) / NS,
        spans=len(spans),
        errors=sum(span[6] for span in spans),
        services=tuple(sorted({span[2] for span in spans})),
    )


def _span(
    high: int,
    low: int,
    service: str,
    instance: str,
    start: int,
    duration: int,
    error: bool,  # noqa: FBT001 -- a row of the table
    raw: bytes,
    resource: bytes,
) -> Span:
    encoded = Encoded.FromString(raw)
    return Span(
        trace_id=ids.trace_id(high, low),
        span_id=encoded.span_id.hex(),
        parent_id=encoded.parent_span_id.hex(),
        service=service,
        instance=instance,
        name=encoded.name,
        kind=KINDS[encoded.kind] if encoded.kind < len(KINDS) else "internal",
        start_s=start / NS,
        duration_s=duration / NS,
        error=error,
        status_message=encoded.status.message,
        attributes=mapping(encoded.attributes),
        resource=mapping(Resource.FromString(resource).attributes),
        events=tuple(
            SpanEvent(event.name, event.time_unix_nano / NS, mapping(event.attributes)) for event in encoded.events
        ),
        links=tuple((link.trace_id.hex(), link.span_id.hex()) for link in encoded.links),
    )
