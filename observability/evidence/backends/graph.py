"""The graph of services: calls over HTTP as callers count them, and what a sample of traces shows beside.

Metrics count every call and name both ends of one over HTTP. Who sent the message that a worker handles is told by
traces alone: their shares are taken for all deliveries, which the worker counts.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from observability.evidence import red
from observability.evidence.backends.jaeger import Traces
from observability.evidence.backends.otlp import KINDS
from observability.evidence.backends.prometheus import Metrics
from observability.evidence.model import (
    GraphEdge,
    Red,
    Selector,
    ServiceGraph,
    Span,
    Trace,
    TraceCycle,
    TraceQuery,
    Via,
    Window,
)
from observability.evidence.store.cycles import Step, ways_round, within
from observability.wiring import vocabulary as names

SAMPLE = 300
"""Traces that are looked into, the latest."""
FURTHER = 50
"""The same, of somebody who handled messages and is in none of those: work may lag behind what is asked for."""


class _Call(NamedTuple):
    caller: str
    callee: str
    via: Via
    duration_s: float
    error: bool


async def of(metrics: Metrics, traces: Traces, window: Window) -> ServiceGraph:
    """Return who called whom."""
    delivered = Selector(f"{names.MESSAGE_DURATION.name}_count")
    counted, handled, sample = await asyncio.gather(
        red.of(metrics, window, "edge"),
        metrics.increase(delivered, window, ("service",)),
        traces.search(TraceQuery(), window, SAMPLE),
    )
    edges = [_counted(one) for one in counted if one.caller and one.service]
    known = {(edge.caller, edge.callee, edge.via) for edge in edges}
    seen = [call for trace in sample for call in _calls(trace, window)]
    deliveries = {one.labels.get("service", ""): one.value for one in handled}
    seen += await _of_receivers(traces, window, deliveries, seen)
    edges += [edge for edge in _sampled(seen, deliveries) if (edge.caller, edge.callee, edge.via) not in known]
    edges.sort(key=lambda edge: (edge.caller, edge.callee, edge.via))
    return ServiceGraph(
        window=window,
        services=tuple(sorted({name for edge in edges for name in (edge.caller, edge.callee)})),
        edges=tuple(edges),
        cycles=tuple(ways_round((edge.caller, edge.callee) for edge in edges if edge.via == "http")),
        trace_cycles=_trace_cycles(sample, window),
    )


def _counted(one: Red) -> GraphEdge:
    return GraphEdge(
        caller=one.caller or "",
        callee=one.service,
        via="http",
        calls=max(1, round(one.requests)),
        errors=round(one.errors),
        error_ratio=one.error_ratio,
        p50_s=one.p50_s or 0.0,
        p95_s=one.p95_s or 0.0,
    )


def _calls(trace: Trace, window: Window) -> Iterator[_Call]:
    """Yield the calls that began in the window: client spans, and consumer spans below a span of another service."""
    spans = {span.span_id: span for span in trace.spans}
    served = {span.parent_id: span.service for span in trace.spans if span.kind == "server"}
    for span in trace.spans:
        if not window.start_s <= span.start_s < window.end_s:
            continue
        if span.kind == "client":
            callee = served.get(span.span_id) or str(span.attributes.get(names.PEER, ""))
            if callee:
                yield _Call(span.service, callee, "http", span.duration_s, span.error)
        elif span.kind == "consumer" and span.parent_id in spans:
            yield _Call(spans[span.parent_id].service, span.service, "queue", span.duration_s, span.error)


async def _of_receivers(
    traces: Traces, window: Window, deliveries: Mapping[str, float], seen: Iterable[_Call]
) -> list[_Call]:
    """Return calls over a queue to those who handled messages and are not among the calls seen."""
    known = {call.callee for call in seen if call.via == "queue"}
    wanted = [service for service, number in deliveries.items() if number > 0 and service not in known]
    found = await asyncio.gather(*(traces.search(TraceQuery(service=one), window, FURTHER) for one in wanted))
    return [
        call
        for service, some in zip(wanted, found, strict=True)
        for trace in some
        for call in _calls(trace, window)
        if (call.via, call.callee) == ("queue", service)
    ]


def _sampled(seen: Iterable[_Call], deliveries: dict[str, float]) -> Iterator[GraphEdge]:
    together: dict[tuple[str, str, Via], list[_Call]] = defaultdict(list)
    handled: dict[str, int] = defaultdict(int)
    for call in seen:
        together[call.caller, call.callee, call.via].append(call)
        handled[call.callee] += call.via == "queue"
    for (caller, callee, via), calls in together.items():
        times = max(1.0, deliveries.get(callee, 0.0) / handled[callee]) if via == "queue" else 1.0
        failed = sum(call.error for call in calls)
        durations = sorted(call.duration_s for call in calls)
        yield GraphEdge(
            caller=caller,
            callee=callee,
            via=via,
            calls=round(len(calls) * times),
            errors=round(failed * times),
            error_ratio=failed / len(calls),
            p50_s=_quantile(durations, 0.5),
            p95_s=_quantile(durations, 0.95),
        )


def _quantile(ordered: Sequence[float], wanted: float) -> float:
    return ordered[min(len(ordered) - 1, int(wanted * len(ordered)))]


def _trace_cycles(sample: Iterable[Trace], window: Window) -> tuple[TraceCycle, ...]:
    by_way: dict[tuple[str, ...], list[Trace]] = defaultdict(list)
    for trace in sample:
        if window.start_s <= trace.spans[0].start_s < window.end_s:
            for way in within(map(_step, trace.spans)):
                by_way[way].append(trace)
    return tuple(
        TraceCycle(way, len(some), max(some, key=lambda trace: trace.spans[0].start_s).trace_id)
        for way, some in sorted(by_way.items())
    )


def _step(span: Span) -> Step:
    kind, parent = KINDS.index(span.kind, 1), int(span.parent_id or "0", 16)
    return Step(int(span.span_id, 16), parent, span.service, kind, round(span.start_s * 1e9))
