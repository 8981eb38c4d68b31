"""A slim span: the OpenTelemetry API's span, encoded the moment it ends.

Why not the SDK's: see docs/decisions/0002-telemetry-cost.md. What is left out – locks, limits, attribute cleaning – is
not needed where a span belongs to one task and its attributes are our own.
"""

import struct
import time
from collections.abc import Callable, Mapping
from types import TracebackType

from opentelemetry import trace
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState
from opentelemetry.util.types import AnyValue, Attributes

from observability.wiring import otlp
from observability.wiring import vocabulary as names
from observability.wiring.stacks import stack

_FIXED_64 = struct.Struct("<BQ")
_ERROR = b"\x7a\x02\x18\x02"
_SAMPLED, _UNSAMPLED = TraceFlags(TraceFlags.SAMPLED), TraceFlags(TraceFlags.DEFAULT)
_NO_STATE = TraceState()
_now = time.time_ns

Sink = Callable[[bytes], None]


class Span(trace.Span):
    """One operation. Belongs to the task that started it; `sink` takes it encoded when it ends (None: not recorded)."""

    __slots__ = (
        "_attributes",
        "_cache",
        "_details",
        "_kind",
        "_name",
        "_parent",
        "_prepared",
        "_remote",
        "_sink",
        "_start",
        "_status",
        "recorded",
        "sampled",
        "span_id",
        "state",
        "trace_id",
    )

    def __init__(
        self,
        name: str,
        kind: SpanKind,
        trace_id: bytes,
        span_id: bytes,
        parent: bytes,
        state: TraceState | None,
        prepared: bytes,
        cache: otlp.PairCache,
        sink: Sink | None,
        *,
        remote: bool,
        sampled: bool,
        start: int,
    ) -> None:
        self._name = name
        self._kind = kind
        self.trace_id = trace_id
        self.span_id = span_id
        self._parent = parent
        self.state = state
        self._prepared = prepared
        self._cache = cache
        self._sink = sink
        self.recorded = sink is not None
        self._remote = remote
        self.sampled = sampled
        self._start = start
        self._attributes: dict[str, AnyValue] | None = None
        self._details = b""
        self._status = b""

    def end(self, end_time: int | None = None) -> None:
        """Encode the span and hand it over; later calls do nothing."""
        sink = self._sink
        if sink is None:
            return
        self._sink = None
        head = otlp.span_head(
            self.trace_id, self.span_id, self._parent, self._start, end_time or _now(), self._kind, remote=self._remote
        )
        body = head + self._cache.name(self._name) + self._prepared + self._details + self._status
        if self._attributes:
            body += self._cache.attributes(self._attributes)
        if self.state:
            body += otlp.text(b"\x1a", self.state.to_header())
        sink(b"\x12" + otlp.varint(len(body)) + body)

    def get_span_context(self) -> SpanContext:
        """The ids, as the API has them."""
        return SpanContext(
            int.from_bytes(self.trace_id, "big"),
            int.from_bytes(self.span_id, "big"),
            is_remote=False,
            trace_flags=_SAMPLED if self.sampled else _UNSAMPLED,
            trace_state=self.state or _NO_STATE,
        )

    def started(self, at: int) -> None:
        """Move the start to `at`, nanoseconds since the epoch."""
        self._start = at

    def is_recording(self) -> bool:
        """Whether anything that is set here will be seen."""
        return self._sink is not None

    def set_attribute(self, key: str, value: AnyValue) -> None:
        """Keep one attribute; the last value of a key counts."""
        if self._sink is not None:
            if self._attributes is None:
                self._attributes = {}
            self._attributes[key] = value

    def set_attributes(self, attributes: Mapping[str, AnyValue]) -> None:
        """Keep several attributes."""
        if self._sink is not None:
            if self._attributes is None:
                self._attributes = {}
            self._attributes.update(attributes)

    def add_encoded(self, attributes: bytes) -> None:
        """Add attributes that are encoded already (see `otlp.Prepared`); their keys must not be set elsewhere."""
        self._prepared += attributes

    def mark_error(self) -> None:
        """Give the span the status ERROR without a description."""
        if not self._status:
            self._status = _ERROR

    def add_event(self, name: str, attributes: Attributes = None, timestamp: int | None = None) -> None:
        """Note that something happened; `timestamp` in nanoseconds since the epoch."""
        if self._sink is None:
            return
        event = _FIXED_64.pack(0x09, timestamp or _now()) + otlp.text(b"\x12", name)
        event += b"".join(otlp.pair(b"\x1a", key, value) for key, value in (attributes or {}).items())
        self._details += otlp.block(b"\x5a", event)

    def add_link(self, context: SpanContext, attributes: Attributes = None) -> None:
        """Point to a span of another trace."""
        if self._sink is None:
            return
        link = otlp.block(b"\x0a", context.trace_id.to_bytes(16, "big"))
        link += otlp.block(b"\x12", context.span_id.to_bytes(8, "big"))
        if context.trace_state:
            link += otlp.text(b"\x1a", context.trace_state.to_header())
        link += b"".join(otlp.pair(b"\x22", key, value) for key, value in (attributes or {}).items())
        self._details += otlp.block(b"\x6a", link)

    def update_name(self, name: str) -> None:
        """Change the name."""
        self._name = name

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """Say how it went. As the specification has it, OK is final and UNSET changes nothing."""
        if isinstance(status, Status):
            code, description = status.status_code, status.description
        else:
            code = status
        if code is StatusCode.OK:
            self._status = b"\x7a\x02\x18\x01"
        elif code is StatusCode.ERROR and self._status != b"\x7a\x02\x18\x01":
            self._status = otlp.block(b"\x7a", otlp.text(b"\x12", description) + b"\x18\x02") if description else _ERROR

    def record_exception(
        self,
        exception: BaseException,
        attributes: Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,  # noqa: ARG002, FBT001, FBT002 -- the API's signature; deprecated there
    ) -> None:
        """Add an `exception` event with type, message and stack."""
        if self._sink is None:
            return
        fields: dict[str, AnyValue] = {
            names.EXCEPTION_TYPE: type(exception).__qualname__,
            names.EXCEPTION_MESSAGE: str(exception),
            names.EXCEPTION_STACKTRACE: stack(exception),
        }
        self.add_event(names.EXCEPTION_EVENT, fields | dict(attributes or {}), timestamp)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """End; an exception that passes through is recorded first."""
        if error is not None:
            self.fail(error)
        self.end()

    def fail(self, error: BaseException) -> None:
        """Record what went wrong and mark the span with it."""
        self.record_exception(error)
        self.set_status(StatusCode.ERROR, f"{type(error).__name__}: {error}")
