"""What we write is what the official parser reads."""

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from observability.wiring import otlp
from observability.wiring.propagation import parse_traceparent
from observability.wiring.tracing import Tracer, sampler
from tests.support.otlp_receiver import attributes, plain_span

texts = st.text(st.characters(exclude_categories=["Cs"]))
integers = st.integers(-(2**63), 2**63 - 1)
scalars = st.none() | st.booleans() | integers | st.floats(allow_nan=False) | texts | st.binary()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8)


def parsed(chunks: list[bytes]) -> list[WireSpan]:
    """Read encoded spans with the official parser."""
    return list(ScopeSpans.FromString(b"".join(chunks)).spans)


def tracer_into(chunks: list[bytes]) -> Tracer:
    """A tracer whose ended spans go into `chunks`."""
    return Tracer(chunks.append, sampler("always_on", 1.0))


@given(st.dictionaries(texts, values, max_size=6))
def test_attributes_come_back_as_they_went(given_attributes: dict[str, Any]) -> None:
    """Every kind of attribute value survives the round trip through the official parser."""
    chunks: list[bytes] = []
    tracer_into(chunks).start_span("x", attributes=given_attributes).end()
    assert attributes(parsed(chunks)[0].attributes) == given_attributes


@given(st.dictionaries(texts, values, max_size=6))
def test_prepared_attributes_are_encoded_like_any_others(given_attributes: dict[str, Any]) -> None:
    """A prepared set reads the same as one that is encoded with its span."""
    chunks: list[bytes] = []
    tracer_into(chunks).start_span("x", attributes=otlp.Prepared(given_attributes)).end()
    assert attributes(parsed(chunks)[0].attributes) == given_attributes


@given(st.integers(0, 2**64 - 1))
def test_a_varint_reads_back(number: int) -> None:
    """Lengths and integers of every size are written as the wire format has them."""
    signed = number - 2**64 if number >= 2**63 else number
    assert AnyValue.FromString(b"\x18" + otlp.varint(number)).int_value == signed


def test_not_a_number_is_carried_too() -> None:
    """NaN is a double like any other."""
    chunks: list[bytes] = []
    tracer_into(chunks).start_span("x", attributes={"ratio": math.nan}).end()
    assert math.isnan(attributes(parsed(chunks)[0].attributes)["ratio"])


def test_what_the_format_cannot_hold_is_written_as_text() -> None:
    """Integers beyond 64 bits, lone surrogates and foreign types never cost a span."""
    chunks: list[bytes] = []
    odd: dict[str, Any] = {"big": 2**70, "surrogate": "a\ud800", "foreign": StatusCode.OK}
    tracer_into(chunks).start_span("x", attributes=odd).end()
    assert attributes(parsed(chunks)[0].attributes) == {
        "big": str(2**70),
        "surrogate": "a?",
        "foreign": "StatusCode.OK",
    }


def test_values_that_python_calls_equal_are_kept_apart() -> None:
    """1, 1.0 and True under one key are three different values, whatever was encoded before."""
    chunks: list[bytes] = []
    tracer = tracer_into(chunks)
    for value in (1, 1.0, True, "1"):
        tracer.start_span("x", attributes={"n": value}).end()
    seen = [attributes(span.attributes)["n"] for span in parsed(chunks)]
    assert [(type(value), value) for value in seen] == [(int, 1), (float, 1.0), (bool, True), (str, "1")]


def test_every_field_of_a_span_is_written() -> None:
    """Ids, state, name, kind, times, attributes, events, links, status and flags arrive as they were set."""
    chunks: list[bytes] = []
    tracer = tracer_into(chunks)
    above = parse_traceparent(f"00-{'a' * 32}-{'b' * 16}-01", "vendor=7")
    linked = SpanContext(5, 6, is_remote=True, trace_flags=TraceFlags(1), trace_state=TraceState([("k", "v")]))
    span = tracer.span("first", SpanKind.CONSUMER, above)
    span.started(1_000)
    span.update_name("second")
    span.set_attribute("a", "old")
    span.set_attributes({"a": "new", "b": 2})
    span.add_event("happened", {"why": "because"}, timestamp=1_500)
    span.add_link(linked, {"l": 1})
    span.set_status(Status(StatusCode.ERROR, "it broke"))
    span.end(2_000)
    wire_span = parsed(chunks)[0]
    read = plain_span(wire_span)
    assert (read.trace_id, read.parent_id, read.trace_state) == ("a" * 32, "b" * 16, "vendor=7")
    assert (read.name, read.kind, read.start_ns, read.end_ns) == ("second", "CONSUMER", 1_000, 2_000)
    assert read.attributes == {"a": "new", "b": 2}
    assert read.events == [("happened", {"why": "because"})]
    assert wire_span.events[0].time_unix_nano == 1_500
    assert read.links == [(f"{5:032x}", f"{6:016x}")]
    assert attributes(wire_span.links[0].attributes) == {"l": 1}
    assert wire_span.links[0].trace_state == "k=v"
    assert (read.status, read.status_message) == ("ERROR", "it broke")
    assert wire_span.flags == 0x301


def test_links_given_at_the_start_are_written() -> None:
    """The API's way to pass links works as well."""
    chunks: list[bytes] = []
    tracer_into(chunks).start_span("x", links=[Link(SpanContext(5, 6, is_remote=False))]).end()
    assert plain_span(parsed(chunks)[0]).links == [(f"{5:032x}", f"{6:016x}")]


def test_an_export_holds_resource_scope_and_spans() -> None:
    """A whole request is one resource, one scope and all its spans."""
    chunks: list[bytes] = []
    tracer = tracer_into(chunks)
    for number in range(300):
        tracer.start_span(f"span {number}").end()
    body = otlp.request(otlp.resource_field({"service.name": "order-service"}), otlp.scope_field("nightshift"), chunks)
    read = ExportTraceServiceRequest.FromString(body).resource_spans
    assert attributes(read[0].resource.attributes) == {"service.name": "order-service"}
    assert read[0].scope_spans[0].scope.name == "nightshift"
    assert [span.name for span in read[0].scope_spans[0].spans] == [f"span {number}" for number in range(300)]


def test_the_caches_do_not_grow_with_odd_values() -> None:
    """Names and values that never repeat do not accumulate."""
    cache = otlp.PairCache()
    for number in range(10_000):
        cache.name(f"name {number}")
        cache.attributes({"id": f"value {number}"})
    assert cache.size <= 2 * 4096
