"""Spans as Jaeger tells them: OTLP in JSON."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from observability.evidence.model import Kind, Span, SpanEvent, Trace, TraceSummary
from observability.wiring import vocabulary as names

NS = 1_000_000_000
KINDS: tuple[Kind, ...] = ("internal", "internal", "server", "client", "producer", "consumer")
_FAILED = 2
_READ = {"intValue": int, "doubleValue": float}


def traces(told: Mapping[str, Any]) -> list[Trace]:
    """Return the traces of one answer. Raises LookupError, TypeError or ValueError for what is none."""
    found: dict[str, list[Span]] = defaultdict(list)
    for span in _spans(told["result"]):
        found[span.trace_id].append(span)
    return [Trace(key, tuple(sorted(some, key=_by_start))) for key, some in found.items()]


def summary(trace: Trace) -> TraceSummary:
    """Return what lists tell of a trace."""
    spans = trace.spans
    named = next((span for span in spans if not span.parent_id), spans[0])
    start_s = spans[0].start_s
    return TraceSummary(
        trace_id=trace.trace_id,
        service=named.service,
        name=named.name,
        start_s=start_s,
        duration_s=max(span.start_s + span.duration_s for span in spans) - start_s,
        spans=len(spans),
        errors=sum(span.error for span in spans),
        services=tuple(sorted({span.service for span in spans})),
    )


def _by_start(span: Span) -> tuple[float, float]:
    return span.start_s, -span.duration_s


def _spans(result: Mapping[str, Any]) -> Iterator[Span]:
    for resource in result.get("resourceSpans", ()):
        attributes = _mapping(resource.get("resource", {}).get("attributes", ()))
        for scope in resource.get("scopeSpans", ()):
            for span in scope.get("spans", ()):
                yield _span(span, attributes)


def _span(told: Mapping[str, Any], resource: Mapping[str, Any]) -> Span:
    start, end = int(told["startTimeUnixNano"]), int(told.get("endTimeUnixNano", 0))
    kind, status = told.get("kind", 0), told.get("status", {})
    service = str(resource.get(names.SERVICE_NAME, ""))
    return Span(
        trace_id=told["traceId"],
        span_id=told["spanId"],
        parent_id=told.get("parentSpanId", ""),
        service=service,
        instance=str(resource.get(names.SERVICE_INSTANCE, service)),
        name=told.get("name", ""),
        kind=KINDS[kind] if kind < len(KINDS) else "internal",
        start_s=start / NS,
        duration_s=max(0, end - start) / NS,
        error=status.get("code", 0) == _FAILED,
        status_message=status.get("message", ""),
        attributes=_mapping(told.get("attributes", ())),
        resource=resource,
        events=tuple(
            SpanEvent(
                event.get("name", ""), int(event.get("timeUnixNano", 0)) / NS, _mapping(event.get("attributes", ()))
            )
            for event in told.get("events", ())
        ),
        links=tuple((link.get("traceId", ""), link.get("spanId", "")) for link in told.get("links", ())),
    )


def _mapping(attributes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {one["key"]: _value(one.get("value", {})) for one in attributes}


def _value(told: Mapping[str, Any]) -> Any:
    for kind, value in told.items():
        if kind == "arrayValue":
            return [_value(one) for one in value.get("values", ())]
        if kind == "kvlistValue":
            return _mapping(value.get("values", ()))
        return _READ.get(kind, lambda one: one)(value)
    return None
