"""What is seen of every request a service answers: one SERVER span, one duration, one log line."""

import time
from collections.abc import Callable

import structlog
from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observability.wiring import current
from observability.wiring import vocabulary as names
from observability.wiring.http_route import constant_attributes, known_method, route_template
from observability.wiring.metrics import observe
from observability.wiring.otlp import Prepared
from observability.wiring.propagation import parse_baggage, parse_request_id, parse_traceparent
from observability.wiring.spans import Span
from observability.wiring.telemetry import Telemetry
from observability.wiring.tracing import Parent

log = structlog.get_logger()

_FIRST_SERVER_ERROR = 500
_REQUEST_ID = names.HEADER_REQUEST_ID.encode()
_WANTED = {
    name.encode(): name
    for name in (
        names.HEADER_TRACEPARENT, names.HEADER_TRACESTATE, names.HEADER_BAGGAGE, names.HEADER_REQUEST_ID, "user-agent",
    )
}  # fmt: skip


class TelemetryMiddleware:
    """Wraps an ASGI application. Put it outermost, so that whatever else answers is seen too."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry
        self._recorder = _Recorder(telemetry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; quiet requests, and everything but HTTP, pass through unseen."""
        bound = current.identity.set(self._telemetry.identity)
        try:
            if scope["type"] != "http" or names.is_quiet(scope["path"]) or not self._telemetry.enabled:
                await self._app(scope, receive, send)
            else:
                await self._serve(scope, receive, send)
        finally:
            current.identity.reset(bound)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {_WANTED[name]: value.decode("latin-1") for name, value in scope["headers"] if name in _WANTED}
        parent = None
        if names.HEADER_TRACEPARENT in headers:
            parent = parse_traceparent(headers[names.HEADER_TRACEPARENT], headers.get(names.HEADER_TRACESTATE, ""))
        onto = Context()
        if names.HEADER_BAGGAGE in headers:
            onto = parse_baggage(headers[names.HEADER_BAGGAGE], onto)
        exchange = _Exchange(scope, send, self._recorder, headers, parent)
        attached = context.attach(trace.set_span_in_context(exchange.span, onto))
        request_id = current.request_id.set(exchange.request_id)
        try:
            await self._app(scope, receive, exchange.send)
        except BaseException as error:
            exchange.failed(error)
            raise
        finally:
            exchange.finish()
            current.request_id.reset(request_id)
            context.detach(attached)


class _Exchange:
    """One request and its answer."""

    __slots__ = ("_error", "_headers", "_recorder", "_scope", "_send", "_started", "_status", "request_id", "span")

    def __init__(
        self, scope: Scope, send: Send, recorder: "_Recorder", headers: dict[str, str], parent: Parent | None
    ) -> None:
        self._scope = scope
        self._send = send
        self._recorder: _Recorder | None = recorder
        self._headers = headers
        self._status = 0
        self._error = ""
        self.span = recorder.tracer.span(scope["method"], SpanKind.SERVER, parent)
        self.request_id = parse_request_id(headers.get(names.HEADER_REQUEST_ID)) or self.span.trace_id.hex()
        self._started = time.perf_counter()
        recorder.in_flight(1)

    async def send(self, message: Message) -> None:
        """Pass an answer on, with the request id; its last piece ends the span."""
        kind = message["type"]
        if kind == "http.response.start":
            self._status = message["status"]
            message["headers"] = [pair for pair in message.get("headers", ()) if pair[0] != _REQUEST_ID]
            message["headers"].append((_REQUEST_ID, self.request_id.encode("latin-1")))
        await self._send(message)
        # After a server error the exception that caused it may still come through; that belongs to the span.
        if kind == "http.response.body" and not message.get("more_body", False) and self._status < _FIRST_SERVER_ERROR:
            self.finish()

    def failed(self, error: BaseException) -> None:
        """Note the exception that passed through."""
        self._error = type(error).__name__
        self.span.fail(error)
        if not self._status:
            self._status = _FIRST_SERVER_ERROR

    def finish(self) -> None:
        """Record the request, once."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            seconds = time.perf_counter() - self._started
            # An application that returns without an answer is answered for by the server, with a 500.
            status = self._status or _FIRST_SERVER_ERROR
            recorder.finished(self._scope, self._headers, self.span, status, self._error, seconds)


class _Recorder:
    """Turns finished exchanges into metrics, attributes and a log line; what repeats is kept ready."""

    def __init__(self, telemetry: Telemetry) -> None:
        self.tracer = telemetry.tracer
        self._duration = telemetry.metrics.histogram(names.HTTP_SERVER_DURATION)
        self._failures: Counter = telemetry.metrics.counter(names.HTTP_SERVER_FAILURES)
        self.in_flight: Callable[[float], None] = telemetry.metrics.gauge(names.HTTP_SERVER_IN_FLIGHT).inc
        self._kept: dict[tuple[str, str, int, object], tuple[str, Histogram, bytes]] = {}

    def finished(
        self, scope: Scope, headers: dict[str, str], span: Span, status: int, error: str, seconds: float
    ) -> None:
        """Record one exchange; `error` names the exception that got through, if one did."""
        method = known_method(scope)
        route = route_template(scope)
        name, duration, prepared = self._ready(method, route, status, scope)
        observe(duration, seconds, span)
        self.in_flight(-1)
        reason = ""
        if status >= _FIRST_SERVER_ERROR or error:
            reason = scope.get(names.SCOPE_FAILURE_REASON) or error or f"http_{status}"
            self._failures.labels(method, route, reason).inc()
        if span.is_recording():
            span.update_name(name)
            self._describe(span, scope, headers, prepared, reason)
        _log(scope, method, route, status, seconds, reason)
        span.end()

    def _describe(self, span: Span, scope: Scope, headers: dict[str, str], prepared: bytes, reason: str) -> None:
        span.add_encoded(prepared)
        attributes = {names.URL_PATH: scope["path"]}
        if query := scope.get("query_string"):
            attributes[names.URL_QUERY] = query.decode("latin-1")
        if client := scope.get("client"):
            attributes[names.CLIENT_ADDRESS] = client[0]
        if agent := headers.get("user-agent"):
            attributes[names.USER_AGENT] = agent
        if reason:
            attributes[names.ERROR_TYPE] = reason
            span.mark_error()
        span.set_attributes(attributes)

    def _ready(self, method: str, route: str, status: int, scope: Scope) -> tuple[str, Histogram, bytes]:
        key = (method, route, status, scope.get("server"))
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = (
                f"{method} {route}" if route else method,
                self._duration.labels(method, route, status),
                Prepared(constant_attributes(method, route, status, scope)).encoded,
            )
        return kept


def _log(scope: Scope, method: str, route: str, status: int, seconds: float, reason: str) -> None:
    write = log.warning if reason else log.info
    fields = {"method": method, "route": route, "path": scope["path"], "status": status}
    if reason:
        fields["reason"] = reason
    write("request.served", **fields, duration_ms=round(seconds * 1000, 3))
