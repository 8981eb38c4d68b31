"""Spans reach the receiver, and a receiver in trouble is never the service's trouble."""

import socket
import threading
from collections.abc import Iterator

import pytest

from observability.wiring import Telemetry, wire
from observability.wiring.current import Identity
from observability.wiring.settings import TelemetrySettings
from tests.observability.wiring.conftest import WireService
from tests.support.deaf_port import deaf_port
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.polling import poll_until


def make_spans(telemetry: Telemetry, count: int) -> None:
    """Make spans."""
    for _ in range(count):
        telemetry.tracer.start_span("x").end()


def counted(telemetry: Telemetry, name: str, **labels: str) -> float:
    """One of the exporter's counters."""
    return telemetry.metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture
def silent_endpoint() -> Iterator[str]:
    """An address that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def dead_endpoint() -> Iterator[str]:
    """An address where nobody listens."""
    with deaf_port() as port:
        yield f"http://127.0.0.1:{port}"


def test_every_span_made_is_received(receiver: OtlpReceiver, wired: WireService) -> None:
    """Ten thousand spans made are ten thousand received, and counted as such, over several batches."""
    order = wired(bsp_schedule_delay=10)
    make_spans(order, 10_000)
    order.close()
    assert receiver.count == 10_000
    assert receiver.requests > 1
    assert len({span.span_id for span in receiver.spans()}) == 10_000
    assert counted(order, "telemetry_spans_exported_total") == 10_000


def test_spans_arrive_without_being_asked_for(receiver: OtlpReceiver, wired: WireService) -> None:
    """A lone span is delivered after the schedule delay."""
    make_spans(wired(bsp_schedule_delay=50), 1)
    poll_until(lambda: receiver.count == 1, "the span")


def test_an_export_says_where_it_comes_from(receiver: OtlpReceiver, wired: WireService) -> None:
    """The resource names service, replica and namespace, and what OTEL_RESOURCE_ATTRIBUTES adds."""
    order = wired(resource_attributes="deployment.environment.name=lab,team=night%20shift")
    make_spans(order, 1)
    order.close()
    assert receiver.resources == [
        {
            "service.name": "order-service",
            "service.instance.id": "order-service-1",
            "service.namespace": "nightshift",
            "telemetry.sdk.language": "python",
            "telemetry.sdk.name": "nightshift",
            "deployment.environment.name": "lab",
            "team": "night shift",
        }
    ]


def test_exports_can_be_compressed_and_signed(receiver: OtlpReceiver, wired: WireService) -> None:
    """OTEL_EXPORTER_OTLP_COMPRESSION and _HEADERS are honoured."""
    order = wired(exporter_otlp_compression="gzip", exporter_otlp_headers="authorization=Bearer%20me")
    make_spans(order, 100)
    order.close()
    assert receiver.count == 100
    assert receiver.headers[0]["Content-Encoding"] == "gzip"
    assert receiver.headers[0]["authorization"] == "Bearer me"


def test_a_receiver_that_is_busy_is_asked_again(receiver: OtlpReceiver, wired: WireService) -> None:
    """503 and 429 are retried, and nothing is lost."""
    receiver.answers = [503, 429]
    order = wired(bsp_schedule_delay=10)
    make_spans(order, 10)
    poll_until(lambda: receiver.count == 10, "the spans")
    assert receiver.requests == 3


def test_a_batch_that_is_refused_is_dropped_and_counted(receiver: OtlpReceiver, wired: WireService) -> None:
    """400 is final; the next batch goes its way."""
    receiver.answers = [400]
    order = wired(bsp_schedule_delay=10)
    make_spans(order, 3)
    poll_until(lambda: receiver.requests == 1, "the first export")
    poll_until(lambda: counted(order, "telemetry_spans_dropped_total", reason="not_delivered") == 3, "the count")
    make_spans(order, 2)
    order.close()
    assert receiver.count == 2


def test_a_restarted_receiver_gets_spans_again(wired: WireService) -> None:
    """A kept connection that broke is opened again."""
    with OtlpReceiver() as first:
        order = wired(exporter_otlp_endpoint=first.endpoint, bsp_schedule_delay=10)
        make_spans(order, 1)
        poll_until(lambda: first.count == 1, "the first span")
        port = int(first.endpoint.rpartition(":")[2])
    make_spans(order, 1)
    with OtlpReceiver(port=port) as second:
        poll_until(lambda: second.count == 1, "the second span")


def test_a_dead_receiver_costs_nothing_but_its_spans(dead_endpoint: str, wired: WireService) -> None:
    """With nobody listening, making spans waits for nothing, the queue stays bounded, and drops are counted."""
    order = wired(exporter_otlp_endpoint=dead_endpoint, bsp_max_queue_size=100, bsp_export_timeout=3_600_000)
    make_spans(order, 20_000)
    assert counted(order, "telemetry_spans_dropped_total", reason="queue_full") >= 20_000 - 200
    order.close()

    def all_dropped() -> bool:
        name, reasons = "telemetry_spans_dropped_total", ("queue_full", "not_delivered")
        return sum(counted(order, name, reason=reason) for reason in reasons) == 20_000

    poll_until(all_dropped, "every span to be counted as dropped")
    assert counted(order, "telemetry_spans_exported_total") == 0


def test_a_receiver_that_never_answers_does_not_hold_up_the_end(silent_endpoint: str, wired: WireService) -> None:
    """Closing takes the time it is given, even with an export under way."""
    order = wired(exporter_otlp_endpoint=silent_endpoint, exporter_otlp_timeout=3_600_000, bsp_schedule_delay=10)
    make_spans(order, 10)
    order.close(within_s=0.2)
    assert "span-export" in {thread.name for thread in threading.enumerate()}


async def test_closing_leaves_the_event_loop_free(receiver: OtlpReceiver, wired: WireService) -> None:
    """The asynchronous way out delivers what waits, too."""
    async with wired() as order:
        make_spans(order, 5)
    assert receiver.count == 5


def test_without_a_receiver_no_thread_is_started(wired: WireService) -> None:
    """OTEL_TRACES_EXPORTER=none makes spans that carry ids and record nothing."""
    order = wired(traces_exporter="none")
    span = order.tracer.start_span("x")
    assert not span.is_recording()
    assert span.get_span_context().is_valid


def test_spans_can_be_looked_at_on_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    """OTEL_TRACES_EXPORTER=console writes them to standard output."""
    order = wire(Identity("order-service", "order-service-1"), TelemetrySettings(traces_exporter="console"))
    order.tracer.start_span("look at me").end()
    order.close()
    assert "look at me" in capsys.readouterr().out


def test_an_endpoint_that_is_none_is_refused_at_once(wired: WireService) -> None:
    """A misspelt endpoint is an error at the start, not silence later."""
    with pytest.raises(ValueError, match="not 'localhost:4318"):
        wired(exporter_otlp_traces_endpoint="localhost:4318")
