"""The tracer: makes slim spans, decides what is sampled, and carries the current span in OpenTelemetry's context."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Link, SpanKind, TraceState
from opentelemetry.util._decorator import _agnosticcontextmanager
from opentelemetry.util.types import Attributes

from observability.wiring.otlp import PairCache, Prepared, span_head, text, varint
from observability.wiring.spans import Sink, Span

Sampler = Callable[[bytes, bool | None], bool]
_now = time.time_ns


class Parent(NamedTuple):
    """What a new span needs to know of the one above it; `trace_id` 16 bytes, `span_id` 8 bytes."""

    trace_id: bytes
    span_id: bytes
    sampled: bool
    remote: bool
    state: TraceState | None


def sampler(name: str, ratio: float) -> Sampler:
    """The sampler `OTEL_TRACES_SAMPLER` names; called with a trace id and the parent's decision, None at a root."""
    bound = round(ratio * (1 << 64))

    def by_ratio(trace_id: bytes) -> bool:
        return int.from_bytes(trace_id[8:], "big") < bound

    roots: dict[str, Callable[[bytes], bool]] = {
        "always_on": lambda _: True,
        "always_off": lambda _: False,
        "traceidratio": by_ratio,
    }
    base = name.removeprefix("parentbased_")
    root = roots.get(base)
    if root is None:
        raise ValueError(f"OTEL_TRACES_SAMPLER={name!r} is not one of {', '.join(roots)} or parentbased_…")
    if base == name:
        return lambda trace_id, _: root(trace_id)
    return lambda trace_id, parent: root(trace_id) if parent is None else parent


class Tracer(trace.Tracer):
    """Makes spans of one service. `sink` takes ended spans; None makes spans that only carry their ids."""

    def __init__(self, sink: Sink | None, sample: Sampler) -> None:
        self._sink = sink
        self._sample = sample
        self._cache = PairCache()
        # Its own, since the module-wide generator may be seeded (by load shapes, by tests), which would repeat ids.
        self._random_bits = random.Random().getrandbits  # noqa: S311 -- ids, not secrets

    @property
    def records(self) -> bool:
        """Whether spans go anywhere."""
        return self._sink is not None

    def span(self, name: str, kind: SpanKind, parent: Parent | Span | None, prepared: bytes = b"") -> Span:
        """The short way to a span, for our own instruments: a parent that is known, attributes that are encoded."""
        bits = self._random_bits
        if parent is None:
            trace_id, above, state, remote = bits(128).to_bytes(16, "big"), b"", None, False
            sampled = self._sample(trace_id, None)
        else:
            trace_id, above, state = parent.trace_id, parent.span_id, parent.state
            remote = type(parent) is Parent and parent.remote
            sampled = self._sample(trace_id, parent.sampled)
        return Span(
            name, kind, trace_id, bits(64).to_bytes(8, "big"), above, state, prepared, self._cache,
            self._sink if sampled else None, remote=remote, sampled=sampled, start=_now(),
        )  # fmt: skip

    def record(self, name: str, kind: SpanKind, parent: Span, attributes: bytes, start: int, end: int) -> None:
        """Hand over a span that is over already and has no children; times in nanoseconds since the epoch."""
        sink = self._sink
        if sink is not None:
            span_id = self._random_bits(64).to_bytes(8, "big")
            body = span_head(parent.trace_id, span_id, parent.span_id, start, end, kind)
            body += self._cache.name(name) + attributes
            if parent.state:
                body += text(b"\x1a", parent.state.to_header())
            sink(b"\x12" + varint(len(body)) + body)

    def start_span(
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,  # noqa: ARG002, FBT001, FBT002
        set_status_on_exception: bool = True,  # noqa: ARG002, FBT001, FBT002
    ) -> Span:
        """Start a span below the current one, or below that of `context`."""
        prepared = attributes.encoded if type(attributes) is Prepared else b""
        span = self.span(name, kind, parent_in(context), prepared)
        if start_time is not None:
            span.started(start_time)
        if attributes and not prepared:
            span.set_attributes(attributes)
        for link in links or ():
            span.add_link(link.context, link.attributes)
        return span

    @_agnosticcontextmanager
    def start_as_current_span(
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,  # noqa: FBT001, FBT002
        set_status_on_exception: bool = True,  # noqa: FBT001, FBT002
        end_on_exit: bool = True,  # noqa: FBT001, FBT002
    ) -> Iterator[trace.Span]:
        """Start a span and make it the current one for the block."""
        span = self.start_span(name, context, kind, attributes, links, start_time)
        with trace.use_span(
            span,
            end_on_exit=end_on_exit,
            record_exception=record_exception,
            set_status_on_exception=set_status_on_exception,
        ):
            yield span


def parent_in(context: Context | None = None) -> Parent | Span | None:
    """The span that a new one belongs below: ours as it is, anybody else's by its ids."""
    current = trace.get_current_span(context)
    if type(current) is Span:
        return current
    if current is INVALID_SPAN:
        return None
    ids = current.get_span_context()
    if not ids.is_valid:
        return None
    return Parent(
        ids.trace_id.to_bytes(16, "big"),
        ids.span_id.to_bytes(8, "big"),
        ids.trace_flags.sampled,
        ids.is_remote,
        ids.trace_state or None,
    )
