"""What is seen of every call to a neighbour: one CLIENT span and one duration per attempt."""

import time
from collections.abc import AsyncIterator, Callable

import httpx
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Histogram

from observability.wiring import vocabulary as names
from observability.wiring.metrics import observe
from observability.wiring.otlp import Prepared
from observability.wiring.propagation import inject_context
from observability.wiring.spans import Span
from observability.wiring.telemetry import Telemetry
from observability.wiring.tracing import parent_in

_FIRST_SERVER_ERROR = 500


class TracedTransport(httpx.AsyncBaseTransport):
    """Wraps a transport. The body stays a stream; the span ends when it is closed.

    Callers may put `vocabulary.EXTENSION_TEMPLATE` (path template, for the span's name) and `EXTENSION_RESEND`
    (attempts before this one) into the request's extensions.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, peer: str, telemetry: Telemetry) -> None:
        self._inner = inner
        self._telemetry = telemetry
        self._recorder = _Recorder(telemetry, peer)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one attempt."""
        if not self._telemetry.enabled:
            return await self._inner.handle_async_request(request)
        recorder = self._recorder
        span = recorder.start(request)
        inject_context(request.headers, span)
        attempt = _Attempt(recorder, request.method, span)
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException as error:
            attempt.failed(error)
            raise
        attempt.status = response.status_code
        if response.is_closed or not isinstance(response.stream, httpx.AsyncByteStream):
            attempt.finish()  # the body is here already
        else:
            response.stream = _TracedStream(response.stream, attempt)
        return response

    async def aclose(self) -> None:
        """Close the transport inside."""
        await self._inner.aclose()


class TracedSyncTransport(httpx.BaseTransport):
    """The same for callers without an event loop. The body is read as a whole."""

    def __init__(self, inner: httpx.BaseTransport, peer: str, telemetry: Telemetry) -> None:
        self._inner = inner
        self._telemetry = telemetry
        self._recorder = _Recorder(telemetry, peer)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one attempt."""
        if not self._telemetry.enabled:
            return self._inner.handle_request(request)
        span = self._recorder.start(request)
        inject_context(request.headers, span)
        attempt = _Attempt(self._recorder, request.method, span)
        try:
            response = self._inner.handle_request(request)
            response.read()
        except BaseException as error:
            attempt.failed(error)
            raise
        attempt.status = response.status_code
        attempt.finish()
        return response

    def close(self) -> None:
        """Close the transport inside."""
        self._inner.close()


class _Attempt:
    """One request on its way."""

    __slots__ = ("_method", "_recorder", "_span", "_started", "status")

    def __init__(self, recorder: "_Recorder", method: str, span: Span) -> None:
        self._recorder: _Recorder | None = recorder
        self._method = method
        self._span = span
        self._started = time.perf_counter()
        self.status = 0
        recorder.in_flight(1)

    def failed(self, error: BaseException) -> None:
        """Record an attempt that got no (whole) answer."""
        self._span.fail(error)
        self.finish(type(error).__name__)

    def finish(self, reason: str = "") -> None:
        """Record the attempt, once."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.finished(self._method, self.status, self._span, reason, time.perf_counter() - self._started)


class _TracedStream(httpx.AsyncByteStream):
    """A body that reports its end."""

    __slots__ = ("_attempt", "_inner")

    def __init__(self, inner: httpx.AsyncByteStream, attempt: _Attempt) -> None:
        self._inner = inner
        self._attempt = attempt

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner:
                yield chunk
        except GeneratorExit:
            raise  # the caller has read enough
        except BaseException as error:
            self._attempt.failed(error)
            raise

    async def aclose(self) -> None:
        """Close the body; this ends the span."""
        try:
            await self._inner.aclose()
        finally:
            self._attempt.finish()


class _Recorder:
    """Turns attempts into spans and metrics; what repeats is kept ready."""

    def __init__(self, telemetry: Telemetry, peer: str) -> None:
        metrics = telemetry.metrics
        self._tracer = telemetry.tracer
        self._peer = peer
        self._duration = metrics.histogram(names.HTTP_CLIENT_DURATION)
        self._failures: Counter = metrics.counter(names.HTTP_CLIENT_FAILURES)
        self.in_flight: Callable[[float], None] = metrics.gauge(names.HTTP_CLIENT_IN_FLIGHT).labels(peer).inc
        self._children: dict[tuple[str, int], tuple[Histogram, bytes]] = {}
        self._prepared: dict[tuple[str, str, int | None, str], tuple[str, bytes]] = {}

    def start(self, request: httpx.Request) -> Span:
        """A span for one attempt, below the current one."""
        url = request.url
        template = request.extensions.get(names.EXTENSION_TEMPLATE, "")
        key = (request.method, url.host, url.port, template)
        known = self._prepared.get(key)
        if known is None:
            known = self._prepared[key] = self._prepare(request.method, url, template)
        span = self._tracer.span(known[0], SpanKind.CLIENT, parent_in(), known[1])
        if span.is_recording():
            span.set_attribute(names.URL_FULL, str(url))
            if resend := request.extensions.get(names.EXTENSION_RESEND):
                span.set_attribute(names.HTTP_RESEND_COUNT, resend)
        return span

    def finished(self, method: str, status: int, span: Span, reason: str, seconds: float) -> None:
        """Record one attempt; `status` 0 when no answer came, `reason` names the exception."""
        child = self._children.get((method, status))
        if child is None:
            known = Prepared({names.HTTP_STATUS: status} if status else {})
            child = (self._duration.labels(self._peer, method, status or ""), known.encoded)
            self._children[method, status] = child
        observe(child[0], seconds, span)
        self.in_flight(-1)
        span.add_encoded(child[1])
        if not reason and status >= _FIRST_SERVER_ERROR:
            reason = f"http_{status}"
        if reason:
            self._failures.labels(self._peer, reason).inc()
            span.set_attribute(names.ERROR_TYPE, reason)
            span.mark_error()
        span.end()

    def _prepare(self, method: str, url: httpx.URL, template: str) -> tuple[str, bytes]:
        attributes: dict[str, str | int] = {
            names.HTTP_METHOD: method,
            names.PEER: self._peer,
            names.SERVER_ADDRESS: url.host,
            names.SERVER_PORT: url.port or (443 if url.scheme == "https" else 80),
        }
        if template:
            attributes[names.URL_TEMPLATE] = template
        return (f"{method} {template}" if template else method), Prepared(attributes).encoded
