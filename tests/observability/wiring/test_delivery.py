"""A receiver that takes no spans is told of in the log: soon, seldom, and when it is over."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from observability.wiring.delivery import EVERY_S, DeliveryLog
from tests.observability.wiring.conftest import WireService
from tests.support.deaf_port import deaf_port
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.polling import poll_until

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """What was logged so far about deliveries, in order."""
    seen: list[dict[str, Any]] = []

    def read() -> list[dict[str, Any]]:
        found = map(json.loads, capsys.readouterr().out.splitlines())
        seen.extend(line for line in found if line["event"].startswith("telemetry."))
        return seen

    return read


def test_a_receiver_that_is_away_is_named_and_so_is_its_return(wired: WireService, lines: Lines) -> None:
    """One warning with address, reason and count while exports fail; one line when spans arrive again."""
    with deaf_port() as port:
        order = wired(exporter_otlp_endpoint=f"http://127.0.0.1:{port}", bsp_schedule_delay=10, bsp_export_timeout=500)
        for _ in range(3):
            order.tracer.start_span("x").end()
        poll_until(lambda: len(lines()) == 1, "the warning")
        order.flush()
        order.tracer.start_span("x").end()
        order.flush()
    with OtlpReceiver(port=port):
        order.tracer.start_span("x").end()
        poll_until(lambda: len(lines()) > 1, "the return")
    warning, relief = lines()
    assert (warning["event"], warning["level"]) == ("telemetry.undelivered", "warning")
    assert (warning["service"], warning["endpoint"]) == ("order-service", f"127.0.0.1:{port}")
    assert (warning["reason"], warning["count"]) == ("ConnectionRefusedError", 3)
    assert (relief["event"], relief["level"]) == ("telemetry.delivered", "info")
    assert relief["endpoint"] == f"127.0.0.1:{port}"


def test_a_receiver_that_refuses_is_told_of_with_its_status(
    receiver: OtlpReceiver, wired: WireService, lines: Lines
) -> None:
    """404, say because the path is wrong: final at once, and in the log at once."""
    receiver.answers = [404]
    order = wired(bsp_schedule_delay=10)
    order.tracer.start_span("x").end()
    poll_until(lambda: len(lines()) == 1, "the warning")
    assert (lines()[0]["reason"], lines()[0]["count"]) == ("http_404", 1)


def test_a_connection_that_is_opened_anew_is_not_worth_a_line(
    receiver: OtlpReceiver, wired: WireService, lines: Lines
) -> None:
    """A single failed attempt, then success: receivers close idle connections, and nothing is lost."""
    receiver.answers = [503]
    order = wired(bsp_schedule_delay=10)
    order.tracer.start_span("x").end()
    poll_until(lambda: receiver.count == 1, "the span")
    order.close()
    assert lines() == []


def test_a_lasting_or_flickering_failure_is_told_of_once_a_minute(wired: WireService, lines: Lines) -> None:
    """What failed in between is in the next line's count; a return is told only of what was told to be away."""
    wired()
    now = 1000.0
    told = DeliveryLog("collector:4318", clock=lambda: now)
    told.delivered()
    for _ in range(5):
        told.undelivered("OSError", 10)
    told.delivered()
    told.undelivered("OSError", 10)
    told.delivered()
    now += EVERY_S
    told.undelivered("OSError", 10)
    told.delivered()
    told.delivered()
    assert [(line["event"].partition(".")[2], line.get("count")) for line in lines()] == [
        ("undelivered", 10),
        ("delivered", None),
        ("undelivered", 60),
        ("delivered", None),
    ]
