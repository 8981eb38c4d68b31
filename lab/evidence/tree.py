"""The spans of a trace as a tree."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from observability.evidence.model import Span, Trace

EXCEPTION = "exception"


@dataclass(frozen=True)
class Branch:
    """One span, and where it stands."""

    span: Span
    depth: int
    caller: str
    """Service of the parent; empty at a root."""
    orphan: bool
    """Whether its parent is named and not stored."""


def branches(trace: Trace) -> Iterator[Branch]:
    """Yield every span, each after its parent, siblings by start."""
    known = {span.span_id: span for span in trace.spans}
    below: Mapping[str, list[Span]] = defaultdict(list)
    for span in sorted(trace.spans, key=lambda one: one.start_s):
        below[span.parent_id if span.parent_id in known and span.parent_id != span.span_id else ""].append(span)
    todo = [Branch(span, 0, "", bool(span.parent_id)) for span in reversed(below[""])]
    met = set()
    while todo:
        branch = todo.pop()
        if branch.span.span_id in met:
            continue  # a span that was stored twice
        met.add(branch.span.span_id)
        yield branch
        inside = below.get(branch.span.span_id, ())
        todo += [Branch(span, branch.depth + 1, branch.span.service, orphan=False) for span in reversed(inside)]


def failures(span: Span) -> list[str]:
    """Return what was raised within a span, a line each; what its status says where nothing was."""
    raised = [
        ": ".join(filter(None, (_told(event.attributes, "type"), _told(event.attributes, "message"))))
        for event in span.events
        if event.name == EXCEPTION
    ]
    if not raised and span.error:
        reason = span.status_message or str(span.attributes.get("error.type", ""))
        return [reason] if reason else []
    return raised


def stacks(span: Span) -> list[str]:
    """Return the lines of the stacks of what was raised within a span."""
    found = [_told(event.attributes, "stacktrace") for event in span.events if event.name == EXCEPTION]
    return [line for stack in found for line in stack.splitlines()]


def _told(attributes: Mapping[str, object], what: str) -> str:
    return str(attributes.get(f"{EXCEPTION}.{what}", ""))
