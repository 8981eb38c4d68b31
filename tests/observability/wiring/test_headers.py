"""Headers from outside are read as the specifications say, and nothing else is let in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from observability.wiring.propagation import parse_request_id, parse_traceparent


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        f"00-{'0' * 32}-{'b' * 16}-01",
        f"00-{'a' * 32}-{'0' * 16}-01",
        f"ff-{'a' * 32}-{'b' * 16}-01",
        f"00-{'A' * 32}-{'b' * 16}-01",
        f"00-{'a' * 32}-{'b' * 16}-01-more",
        f"00-{'a' * 31} -{'b' * 16}-01",
    ],
)
def test_an_invalid_traceparent_begins_a_new_trace(header: str) -> None:
    """What W3C Trace Context calls invalid is ignored."""
    assert parse_traceparent(header) is None


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    """A traceparent of a future version may be longer."""
    assert parse_traceparent(f"01-{'a' * 32}-{'b' * 16}-01-what-comes") is not None


@given(st.text(max_size=60) | st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", fullmatch=True))
def test_we_read_a_traceparent_as_opentelemetry_does(header: str) -> None:
    """Our parser and the API's agree on every header."""
    found = TraceContextTextMapPropagator().extract({"traceparent": header}, Context())
    reference = trace.get_current_span(found).get_span_context()
    ours = parse_traceparent(header)
    assert (ours is not None) == reference.is_valid
    if ours is not None:
        assert int.from_bytes(ours.trace_id, "big") == reference.trace_id
        assert int.from_bytes(ours.span_id, "big") == reference.span_id
        assert ours.sampled == reference.trace_flags.sampled


@pytest.mark.parametrize(
    ("given_id", "taken"), [("abc-1", "abc-1"), ("", ""), (None, ""), ("a\nb", ""), ("x" * 129, "")]
)
def test_a_request_id_that_could_spoil_a_log_is_not_taken(given_id: str | None, taken: str) -> None:
    """Only short printable ids are accepted from outside."""
    assert parse_request_id(given_id) == taken
