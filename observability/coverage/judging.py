"""What is missing from one trace."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from observability.coverage.flows import Flow
from observability.evidence.model import Kind, Span, Trace

PARENTS: Mapping[Kind, frozenset[Kind]] = {"server": frozenset({"client"}), "consumer": frozenset({"producer"})}
"""What the parent of a span has to be, where it has one."""


@dataclass(frozen=True)
class Verdict:
    """One request: the flow that it went through, and what its trace lacks."""

    trace_id: str
    flow: str | None
    """None: no flow that is declared, or one that ended early."""
    missing: tuple[str, ...]
    """A phrase each."""


def judge(trace: Trace, logging: Iterable[str], flows: Sequence[Flow]) -> Verdict:
    """Return what `trace` lacks. `logging` are the services whose logs carry its id."""
    spans = {span.span_id: span for span in trace.spans}
    traced = frozenset[str]().union(*(flow.services for flow in flows))
    flow = next((flow for flow in flows if any(map(flow.begins_with, trace.spans))), None)
    services = {span.service for span in trace.spans}
    missing = [
        *_parenting(spans),
        *_calls(spans, traced),
        *(f"no span of {service}" for service in sorted(flow.services - services if flow else ())),
        *(_queue(spans, flow.queue) if flow and flow.queue else ()),
        *(f"no log record of {service} carries its id" for service in sorted(services - set(logging))),
    ]
    return Verdict(trace.trace_id, flow.name if flow else None, tuple(missing))


def _parenting(spans: Mapping[str, Span]) -> Iterator[str]:
    roots = [span for span in spans.values() if not span.parent_id]
    if len(roots) != 1:
        yield f"{len(roots)} roots"
    for span in spans.values():
        parent = spans.get(span.parent_id)
        if parent is None:
            if span.parent_id:
                yield f"the parent of {span.service} {span.name!r} is not there"
            elif span.kind == "consumer":
                yield f"{span.service} {span.name!r} has no parent"
        elif span.kind in PARENTS and parent.kind not in PARENTS[span.kind]:
            yield f"{span.service} {span.name!r} hangs below {parent.service} {parent.name!r}, which did not call it"


def _calls(spans: Mapping[str, Span], traced: Collection[str]) -> Iterator[str]:
    """Tell of calls that were answered by a service which leaves spans, and left none there."""
    served = {span.parent_id for span in spans.values() if span.kind == "server"}
    for span in spans.values():
        callee = span.attributes.get("peer.service")
        answered = "http.response.status_code" in span.attributes
        if span.kind == "client" and callee in traced and answered and span.span_id not in served:
            yield f"{callee} left no span for {span.service} {span.name!r}, which it answered"


def _queue(spans: Mapping[str, Span], queue: str) -> Iterator[str]:
    passed = any(
        span.kind == "consumer"
        and (parent := spans.get(span.parent_id)) is not None
        and parent.attributes.get("messaging.destination.name") == queue
        for span in spans.values()
    )
    if not passed:
        yield f"nothing goes through {queue}"
