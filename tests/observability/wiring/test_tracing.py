"""The tracer is an OpenTelemetry tracer, and decides what is sampled as its variables say."""

import random

import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, StatusCode, TraceFlags

from observability.wiring.tracing import Tracer, parent_in, sampler
from tests.support.otlp_receiver import ReceivedSpan, plain_span


class Recorded:
    """A tracer and what it has made."""

    def __init__(self, sampled: str = "parentbased_always_on", ratio: float = 1.0) -> None:
        self.chunks: list[bytes] = []
        self.tracer = Tracer(self.chunks.append, sampler(sampled, ratio))

    @property
    def spans(self) -> dict[str, ReceivedSpan]:
        """The ended spans by name."""
        return {span.name: plain_span(span) for span in ScopeSpans.FromString(b"".join(self.chunks)).spans}


def test_the_current_span_is_the_parent() -> None:
    """Spans nest by context, as with any OpenTelemetry tracer, and the context is put back afterwards."""
    recorded = Recorded()
    with recorded.tracer.start_as_current_span("outer") as outer:
        assert trace.get_current_span() is outer
        with recorded.tracer.start_as_current_span("inner", kind=SpanKind.CLIENT):
            pass
    assert not trace.get_current_span().is_recording()
    spans = recorded.spans
    assert spans["inner"].parent_id == spans["outer"].span_id
    assert spans["inner"].trace_id == spans["outer"].trace_id
    assert spans["outer"].parent_id == ""


def test_an_empty_context_begins_a_new_trace() -> None:
    """`context=Context()` starts a root even inside another span."""
    recorded = Recorded()
    with recorded.tracer.start_as_current_span("outer"):
        recorded.tracer.start_span("root", context=Context()).end()
    assert recorded.spans["root"].parent_id == ""
    assert recorded.spans["root"].trace_id != recorded.spans["outer"].trace_id


def test_spans_of_another_tracer_can_be_parents() -> None:
    """A span that is not ours is understood by its ids."""
    recorded = Recorded()
    foreign = NonRecordingSpan(SpanContext(7, 8, is_remote=True, trace_flags=TraceFlags(1)))
    recorded.tracer.start_span("child", context=trace.set_span_in_context(foreign)).end()
    assert recorded.spans["child"].trace_id == f"{7:032x}"
    assert recorded.spans["child"].parent_id == f"{8:016x}"


def test_a_span_says_its_ids_as_the_api_has_them() -> None:
    """`get_span_context` agrees with what is exported."""
    recorded = Recorded()
    span = recorded.tracer.start_span("x")
    ids = span.get_span_context()
    span.end()
    assert f"{ids.trace_id:032x}" == recorded.spans["x"].trace_id
    assert f"{ids.span_id:016x}" == recorded.spans["x"].span_id
    assert ids.is_valid
    assert ids.trace_flags.sampled


def test_an_exception_is_recorded_and_marks_the_span() -> None:
    """An exception that leaves the block becomes an event with type, message and stack, and the status ERROR."""
    recorded = Recorded()
    with pytest.raises(ValueError, match="too small"), recorded.tracer.start_as_current_span("x"):
        raise ValueError("too small")
    span = recorded.spans["x"]
    [(name, fields)] = span.events
    assert name == "exception"
    assert (fields["exception.type"], fields["exception.message"]) == ("ValueError", "too small")
    assert "test_tracing.py" in fields["exception.stacktrace"]
    assert span.status == "ERROR"


def test_a_span_is_its_own_context_manager() -> None:
    """`with tracer.start_span(…)` ends the span and records what went wrong."""
    recorded = Recorded()
    with pytest.raises(KeyError), recorded.tracer.start_span("x"):
        raise KeyError("gone")
    assert recorded.spans["x"].status == "ERROR"


def test_only_the_first_end_counts() -> None:
    """A span is exported once, and nothing changes it afterwards."""
    recorded = Recorded()
    span = recorded.tracer.start_span("x")
    span.end()
    span.set_attribute("late", True)
    span.add_event("late")
    span.end()
    assert len(recorded.chunks) == 1
    assert recorded.spans["x"].attributes == {}
    assert not span.is_recording()


def test_ok_is_final() -> None:
    """As the specification has it, a span that was called OK cannot be made an error any more."""
    recorded = Recorded()
    span = recorded.tracer.start_span("x")
    span.set_status(StatusCode.OK)
    span.set_status(StatusCode.ERROR, "late")
    span.end()
    assert recorded.spans["x"].status == "OK"


@pytest.mark.parametrize(
    ("name", "root", "below_sampled", "below_unsampled"),
    [
        ("always_on", True, True, True),
        ("always_off", False, False, False),
        ("parentbased_always_on", True, True, False),
        ("parentbased_always_off", False, True, False),
        ("traceidratio", True, True, True),
        ("parentbased_traceidratio", True, True, False),
    ],
)
def test_each_sampler_decides_as_specified(name: str, root: bool, below_sampled: bool, below_unsampled: bool) -> None:
    """Roots and children are sampled as `OTEL_TRACES_SAMPLER` says (ratios at 1)."""
    decide = sampler(name, 1.0)
    trace_id = b"\xff" * 16
    assert (decide(trace_id, None), decide(trace_id, True), decide(trace_id, False)) == (
        root,
        below_sampled,
        below_unsampled,
    )


def test_a_ratio_samples_about_that_share_of_traces() -> None:
    """`traceidratio` with 0.25 keeps a quarter of the traces, whole."""
    recorded = Recorded("parentbased_traceidratio", 0.25)
    for _ in range(2_000):
        with recorded.tracer.start_as_current_span("root") as root:
            child = recorded.tracer.start_span("child")
            assert child.is_recording() is root.is_recording()
            child.end()
    assert 2 * 350 < len(recorded.chunks) < 2 * 650


def test_an_unsampled_span_still_carries_its_ids() -> None:
    """Logs and neighbours see the ids of a trace that is not kept, with the flag that says so."""
    recorded = Recorded("always_off")
    span = recorded.tracer.start_span("x")
    span.end()
    assert recorded.chunks == []
    assert span.get_span_context().is_valid
    assert not span.get_span_context().trace_flags.sampled


def test_an_unknown_sampler_is_refused() -> None:
    """A misspelt sampler is an error at the start, not silence later."""
    with pytest.raises(ValueError, match="OTEL_TRACES_SAMPLER='sometimes'"):
        sampler("sometimes", 1.0)


def test_without_a_current_span_there_is_no_parent() -> None:
    """Outside any span, the next one is a root."""
    assert parent_in() is None


def test_ids_do_not_repeat_when_the_global_generator_is_seeded() -> None:
    """Load shapes and tests seed `random`; ids must not follow."""
    seen = set()
    for _ in range(2):
        random.seed(7)
        seen.add(Recorded().tracer.start_span("x").trace_id)
    assert len(seen) == 2
