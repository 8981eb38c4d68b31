"""How the context of a request travels: W3C trace context and baggage, and the request id."""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager

from opentelemetry import baggage, context, trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState

from observability.wiring import current
from observability.wiring import vocabulary as names
from observability.wiring.spans import Span
from observability.wiring.tracing import Parent

_BAGGAGE = W3CBaggagePropagator()
_TRACEPARENT = re.compile(r"\s*([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?\s*", re.ASCII)
_LONGEST_REQUEST_ID = 128
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16


def parse_traceparent(traceparent: str, tracestate: str = "") -> Parent | None:
    """Read a `traceparent` (and `tracestate`) header; None when it is not valid, so that a new trace begins."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    if version == "ff" or (more and version == "00") or trace_id == _NO_TRACE or span_id == _NO_SPAN:
        return None
    return Parent(
        bytes.fromhex(trace_id),
        bytes.fromhex(span_id),
        sampled=bool(int(flags, 16) & 1),
        remote=True,
        state=TraceState.from_header([tracestate]) if tracestate else None,
    )


def parse_request_id(value: str | None) -> str:
    """A request id that came from outside, or empty when it is not fit to be logged."""
    if value and len(value) <= _LONGEST_REQUEST_ID and value.isascii() and value.isprintable():
        return value
    return ""


def parse_baggage(header: str, onto: Context) -> Context:
    """Add what a `baggage` header says to `onto`."""
    return _BAGGAGE.extract({names.HEADER_BAGGAGE: header}, onto)


def inject_context(headers: MutableMapping[str, str], span: Span | None = None) -> None:
    """Write the current context (with `span` in place of the current one) and the request id into `headers`."""
    here = span or trace.get_current_span()
    if type(here) is Span:
        headers[names.HEADER_TRACEPARENT] = traceparent(here)
        if here.state:
            headers[names.HEADER_TRACESTATE] = here.state.to_header()
    elif (ids := here.get_span_context()).is_valid:
        headers[names.HEADER_TRACEPARENT] = f"00-{ids.trace_id:032x}-{ids.span_id:016x}-{ids.trace_flags:02x}"
        if ids.trace_state:
            headers[names.HEADER_TRACESTATE] = ids.trace_state.to_header()
    if baggage.get_all():
        _BAGGAGE.inject(headers)
    if request_id := current.request_id.get():
        headers[names.HEADER_REQUEST_ID] = request_id


def traceparent(span: Span) -> str:
    """A span's ids as the header has them."""
    return f"00-{span.trace_id.hex()}-{span.span_id.hex()}-{'01' if span.sampled else '00'}"


def context_in(headers: Mapping[str, str]) -> Context:
    """The context that message headers carry, empty when they carry none. Nothing of the present leaks into it."""
    found = Context()
    if header := headers.get(names.HEADER_BAGGAGE):
        found = parse_baggage(header, found)
    parent = parse_traceparent(headers.get(names.HEADER_TRACEPARENT, ""), headers.get(names.HEADER_TRACESTATE, ""))
    return found if parent is None else trace.set_span_in_context(remote_span(parent), found)


def remote_span(parent: Parent) -> NonRecordingSpan:
    """A span of another process, as the API has it."""
    return NonRecordingSpan(
        SpanContext(
            int.from_bytes(parent.trace_id, "big"),
            int.from_bytes(parent.span_id, "big"),
            is_remote=True,
            trace_flags=TraceFlags(1 if parent.sampled else 0),
            trace_state=parent.state,
        )
    )


@contextmanager
def extracted(headers: Mapping[str, str]) -> Iterator[Context]:
    """Work in the context that `headers` carry – trace, baggage, request id – for the length of the block."""
    found = context_in(headers)
    token = context.attach(found)
    request = current.request_id.set(parse_request_id(headers.get(names.HEADER_REQUEST_ID)))
    try:
        yield found
    finally:
        current.request_id.reset(request)
        context.detach(token)
