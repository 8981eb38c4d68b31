"""What belongs to the work at hand: whose it is, its request id, its trace. Carried in context variables."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple

from opentelemetry import trace

from observability.wiring.spans import Span

request_id: ContextVar[str] = ContextVar("request_id", default="")


@dataclass(frozen=True, slots=True)
class Identity:
    """Which replica of which service speaks."""

    service: str
    instance: str


# Several services can share a process (tests do it); each binds its own. What runs before any binding speaks for the
# service that was wired last.
identity: ContextVar[Identity | None] = ContextVar("identity", default=None)


class Ids(NamedTuple):
    """The ids of the current span in lower-case hexadecimal, empty when there is none, and the request id."""

    trace_id: str
    span_id: str
    request_id: str


def ids() -> Ids:
    """The ids of the work at hand."""
    span = trace.get_current_span()
    if type(span) is Span:
        return Ids(span.trace_id.hex(), span.span_id.hex(), request_id.get())
    context = span.get_span_context()
    if not context.is_valid:
        return Ids("", "", request_id.get())
    return Ids(f"{context.trace_id:032x}", f"{context.span_id:016x}", request_id.get())
