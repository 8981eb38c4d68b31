"""Every line is one JSON object that says whose it is, whoever wrote it."""

import asyncio
import logging
import warnings
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import structlog

from tests.observability.wiring.conftest import WireService

log = structlog.get_logger()
Capture = pytest.CaptureFixture[str]


def lines(capsys: Capture) -> list[dict[str, Any]]:
    """What was written since the last look."""
    return [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_has_the_agreed_fields_first(wired: WireService, capsys: Capture) -> None:
    """Time, level, event, service, replica, trace, span, request, then what the caller adds."""
    order = wired()
    with order.tracer.start_as_current_span("request") as span:
        log.info("order.placed", order_id="7", total_cents=1999)
    [line] = lines(capsys)
    assert list(line) == [
        "time", "level", "event", "service", "replica", "trace_id", "span_id", "request_id", "order_id", "total_cents",
    ]  # fmt: skip
    assert line["event"] == "order.placed"
    assert (line["service"], line["replica"]) == ("order-service", "order-service-1")
    assert line["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert line["span_id"] == f"{span.get_span_context().span_id:016x}"
    assert line["total_cents"] == 1999


def test_times_are_utc_with_microseconds(wired: WireService, capsys: Capture) -> None:
    """RFC 3339, always with six digits, and now."""
    wired()
    log.info("tick")
    [line] = lines(capsys)
    assert len(line["time"]) == len("2026-01-01T00:00:00.000000Z")
    written = datetime.strptime(line["time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - written).total_seconds()) < 60


def test_an_exception_is_structured(wired: WireService, capsys: Capture) -> None:
    """Type, message and stack are fields of their own."""
    wired()
    try:
        int("too small")
    except ValueError:
        log.exception("order.refused")
    [line] = lines(capsys)
    assert line["level"] == "error"
    assert (line["exception"]["type"], line["exception"]["message"]) == (
        "ValueError",
        "invalid literal for int() with base 10: 'too small'",
    )
    assert "test_logs.py" in line["exception"]["stacktrace"]


def test_the_standard_library_speaks_the_same_way(wired: WireService, capsys: Capture) -> None:
    """Records of the logging module come out as the same JSON, with their text as a field."""
    wired()
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    logging.getLogger("some.library").warning("careful")
    logging.getLogger("httpx").info("HTTP Request: …")
    first, second = lines(capsys)
    assert (first["event"], first["message"]) == ("uvicorn.server", "Started server process [7]")
    assert (second["event"], second["level"], second["service"]) == ("some.library", "warning", "order-service")


def test_warnings_become_lines(wired: WireService, capsys: Capture) -> None:
    """What Python warns of is logged."""
    wired()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("this will change", stacklevel=1)
    [line] = lines(capsys)
    assert (line["event"], line["level"]) == ("python.warning", "warning")
    assert "this will change" in line["message"]


def test_a_log_call_never_fails(wired: WireService, capsys: Capture) -> None:
    """Values that JSON cannot hold are written as their text; a clash with the agreed fields loses."""
    wired()
    log.info("odd.values", big=2**70, thing=object, nested={"key": 2**70, 3: "three"}, service="other")
    [line] = lines(capsys)
    assert (line["big"], line["nested"]) == (str(2**70), {"key": str(2**70), "3": "three"})
    assert line["service"] == "order-service"


def test_what_is_below_the_level_is_not_written(wired: WireService, capsys: Capture) -> None:
    """The default level is info."""
    wired()
    log.debug("too.much")
    logging.getLogger("some.library").debug("too much")
    assert lines(capsys) == []


def test_an_unknown_level_is_refused(wired: WireService) -> None:
    """A misspelt level is an error at the start."""
    with pytest.raises(ValueError, match="'loud' is not one of debug, info"):
        wired(log_level="loud")


async def test_services_in_one_process_speak_for_themselves(wired: WireService, capsys: Capture) -> None:
    """A task bound to a service logs as that service, whatever was wired since."""
    both = asyncio.Barrier(2)

    async def work(service: str) -> None:
        async with wired(service):
            await both.wait()
            log.info("work.done")

    await asyncio.gather(work("order-service"), work("billing-service"))
    assert {line["service"] for line in lines(capsys)} == {"order-service", "billing-service"}


def test_wiring_twice_writes_each_line_once(wired: WireService, capsys: Capture) -> None:
    """A second service in the process does not double the lines."""
    wired()
    wired("billing-service")
    log.info("once")
    logging.getLogger("some.library").warning("once")
    assert len(lines(capsys)) == 2


def test_events_can_be_captured_in_tests(wired: WireService) -> None:
    """The test aid of structlog works, even when a service is wired meanwhile."""
    with structlog.testing.capture_logs() as captured:
        wired()
        log.warning("charge.duplicated", key="k")
    assert captured == [{"event": "charge.duplicated", "key": "k", "log_level": "warning"}]
