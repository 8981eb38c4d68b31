"""What lists of spans tell: traces, rate, errors and duration, and who called whom."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from observability.evidence.model import (
    By,
    GraphEdge,
    Red,
    ServiceGraph,
    Span,
    TraceCycle,
    TraceQuery,
    TraceSummary,
    Via,
    Window,
)

SERVING = ("server", "consumer")
Edge = tuple[str, str, Via]


def fits(span: Span, wanted: TraceQuery) -> bool:
    """Whether one span meets all conditions."""
    return (
        wanted.service in (None, span.service)
        and wanted.name in (None, span.name)
        and (wanted.min_duration_s is None or span.duration_s >= wanted.min_duration_s)
        and (wanted.max_duration_s is None or span.duration_s <= wanted.max_duration_s)
        and wanted.error in (None, span.error)
        and all(_text(span.attributes.get(key)) == value for key, value in wanted.attributes.items())
    )


def summary(spans: Sequence[Span]) -> TraceSummary:
    """Return one trace as a list shows it."""
    known = {span.span_id for span in spans}
    roots = [span for span in spans if not span.parent_id] or [span for span in spans if span.parent_id not in known]
    root, start_s = min(roots, key=_start), min(map(_start, spans))
    return TraceSummary(
        root.trace_id,
        root.service,
        root.name,
        start_s,
        max(span.start_s + span.duration_s for span in spans) - start_s,
        len(spans),
        sum(span.error for span in spans),
        tuple(sorted({span.service for span in spans})),
    )


def red(traces: Iterable[Sequence[Span]], window: Window, by: By) -> list[Red]:
    """Return what served something in the window."""
    groups: dict[tuple[str, str | None, str | None], list[Span]] = defaultdict(list)
    for spans in traces:
        for span in spans:
            if span.kind in SERVING and window.start_s <= span.start_s < window.end_s:
                if by == "edge" and (edge := _edge(span, spans)):
                    groups[span.service, None, edge[0]].append(span)
                elif by != "edge":
                    groups[span.service, span.name if by == "route" else None, None].append(span)
    return [_red(key, spans, window) for key, spans in sorted(groups.items(), key=lambda one: str(one[0]))]


def _red(key: tuple[str, str | None, str | None], spans: list[Span], window: Window) -> Red:
    took, errors = sorted(span.duration_s for span in spans), sum(span.error for span in spans)
    p50, p95, p99 = (_share(took, share) for share in (0.5, 0.95, 0.99))
    number = len(spans)
    return Red(*key, number, number / window.length_s, errors, errors / number, p50, p95, p99)


def graph(traces: Iterable[Sequence[Span]], window: Window) -> ServiceGraph:
    """Return who called whom."""
    calls: dict[Edge, list[Span]] = defaultdict(list)
    rounds: dict[tuple[str, ...], list[str]] = defaultdict(list)
    services: set[str] = set()
    for spans in traces:
        for span in spans:
            if not window.start_s <= span.start_s < window.end_s:
                continue
            services.add(span.service)
            if span.kind in SERVING and (edge := _edge(span, spans)):
                calls[edge].append(span)
                if (way := _way_round(span, spans)) and span.trace_id not in rounds[way]:
                    rounds[way].append(span.trace_id)
    edges = [_graph_edge(edge, found) for edge, found in sorted(calls.items())]
    return ServiceGraph(
        window,
        tuple(sorted(services)),
        tuple(edges),
        tuple(sorted(cycles([(edge.caller, edge.callee) for edge in edges if edge.via == "http"]))),
        tuple(TraceCycle(way, len(ids), ids[0]) for way, ids in sorted(rounds.items()) if ids),
    )


def cycles(edges: Iterable[tuple[str, str]]) -> set[tuple[str, ...]]:
    """Return every simple cycle, each beginning and ending with the first of its names."""
    after: dict[str, list[str]] = defaultdict(list)
    for caller, callee in edges:
        after[caller].append(callee)

    def walk(way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for callee in after.get(way[-1], ()):
            if callee == way[0]:
                yield (*way, callee)
            elif callee not in way and callee > way[0]:
                yield from walk((*way, callee))

    return {way for start in list(after) for way in walk((start,))}


def _graph_edge(edge: Edge, spans: list[Span]) -> GraphEdge:
    took, errors = sorted(span.duration_s for span in spans), sum(span.error for span in spans)
    return GraphEdge(*edge, len(spans), errors, errors / len(spans), _share(took, 0.5), _share(took, 0.95))


def _edge(span: Span, spans: Sequence[Span]) -> Edge | None:
    """Return who called, who served, and how; nothing where the caller is not known or is the service itself."""
    parent = next((one for one in spans if one.span_id == span.parent_id), None)
    if parent is None or (parent.service == span.service and parent.kind not in ("client", "producer")):
        return None
    return parent.service, span.service, "queue" if span.kind == "consumer" else "http"


def _way_round(span: Span, spans: Sequence[Span]) -> tuple[str, ...]:
    """Return the services between an earlier call of the service that `span` serves, and this one."""
    by_id: Mapping[str, Span] = {one.span_id: one for one in spans}
    way = [span.service]
    while (parent := by_id.get(span.parent_id)) is not None:
        if span.kind == "consumer":
            return ()
        if parent.service != way[-1]:
            way.append(parent.service)
            if parent.service == way[0]:
                return tuple(reversed(way))
        span = parent
    return ()


def _share(values: Sequence[float], share: float) -> float:
    place = (len(values) - 1) * share
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _start(span: Span) -> float:
    return span.start_s
