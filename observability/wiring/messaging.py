"""What is seen of messages: a PRODUCER span where one is handed over, a CONSUMER span below it where it is handled."""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.trace import SpanKind, StatusCode

from observability.wiring import current
from observability.wiring import vocabulary as names
from observability.wiring.propagation import context_in, extracted, inject_context, parse_request_id
from observability.wiring.spans import Span
from observability.wiring.telemetry import Telemetry
from observability.wiring.tracing import parent_in

__all__ = ["consuming", "extracted", "inject_context", "mark_failed", "producing"]


@contextmanager
def producing(
    telemetry: Telemetry,
    destination: str,
    message_id: str,
    headers: MutableMapping[str, str],
    *,
    system: str = "sqlite",
) -> Iterator[Span]:
    """Hand a message to the broker inside the block; its span goes into `headers`, where the consumer finds it.

    `headers` may already carry the context of the request that caused the message (an outbox keeps it there); otherwise
    the span belongs below the current one.
    """
    stored = context_in(headers) if names.HEADER_TRACEPARENT in headers else None
    span = telemetry.tracer.span(f"send {destination}", SpanKind.PRODUCER, parent_in(stored))
    if span.is_recording():
        span.set_attributes(_attributes(system, "send", destination, message_id))
    token = context.attach(trace.set_span_in_context(span, stored))
    request_id = headers.get(names.HEADER_REQUEST_ID, "") or current.request_id.get()
    request = current.request_id.set(parse_request_id(request_id))
    try:
        inject_context(headers)
        with span:
            yield span
    finally:
        current.request_id.reset(request)
        context.detach(token)


@contextmanager
def consuming(
    telemetry: Telemetry,
    queue: str,
    message_id: str,
    headers: Mapping[str, str],
    *,
    attempt: int = 1,
    system: str = "sqlite",
) -> Iterator[Span]:
    """Handle a message inside the block: below its producer's span, with its baggage and its request id."""
    with extracted(headers) as found:
        span = telemetry.tracer.span(f"process {queue}", SpanKind.CONSUMER, parent_in(found))
        if span.is_recording():
            span.set_attributes(_attributes(system, "process", queue, message_id))
            span.set_attribute(names.MESSAGING_ATTEMPT, attempt)
        token = context.attach(trace.set_span_in_context(span))
        try:
            with span:
                yield span
        finally:
            context.detach(token)


def mark_failed(error: BaseException) -> None:
    """Record on the current span what went wrong, for those who handle the error themselves."""
    span = trace.get_current_span()
    span.record_exception(error)
    span.set_status(StatusCode.ERROR, f"{type(error).__name__}: {error}")


def _attributes(system: str, operation: str, destination: str, message_id: str) -> dict[str, str]:
    return {
        names.MESSAGING_SYSTEM: system,
        names.MESSAGING_OPERATION: operation,
        names.MESSAGING_OPERATION_TYPE: operation,
        names.MESSAGING_DESTINATION: destination,
        names.MESSAGING_MESSAGE_ID: message_id,
    }
