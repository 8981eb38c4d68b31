"""What every service has: errors that lead to their trace."""

from typing import Any

import httpx
import orjson
import pytest
from fastapi import APIRouter

from observability.wiring import Telemetry, wire
from observability.wiring.settings import TelemetrySettings
from services.chassis.app import build_app
from services.chassis.errors import Busy
from services.chassis.settings import ServiceSettings

router = APIRouter()


class Settings(ServiceSettings):
    """A service of its own."""

    service = "order-service"


@router.get("/crash")
async def crash() -> None:
    """Fail in a way nobody foresaw."""
    raise ZeroDivisionError("division by zero")


@router.get("/busy")
async def busy() -> None:
    """Fail in a way that has a name."""
    raise Busy("All slots are taken.")


async def get(path: str) -> tuple[httpx.Response, Telemetry]:
    """Ask a fresh service."""
    settings = Settings(instance="order-service-1", port=0)
    telemetry = wire(settings, TelemetrySettings(traces_exporter="none"))
    app = build_app(settings, telemetry, title="Orders", description="Takes orders.", routers=[router])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://platform") as client:
        return await client.get(path), telemetry


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    """The log lines by event."""
    return {line["event"]: line for line in map(orjson.loads, capsys.readouterr().out.splitlines())}


async def test_a_crash_can_be_followed_from_the_answer_to_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """The 500 carries the request id, and the line with the stack carries it too, with the trace."""
    answer, telemetry = await get("/crash")
    assert answer.status_code == 500
    lines = logged(capsys)
    crashed, served = lines["request.crashed"], lines["request.served"]
    assert crashed["request_id"] == answer.headers["x-request-id"]
    assert crashed["trace_id"] == served["trace_id"] != ""
    assert crashed["exception"]["type"] == served["reason"] == "ZeroDivisionError"
    assert _failures(telemetry, "/crash", "ZeroDivisionError") == 1


async def test_a_failure_is_counted_by_the_code_of_its_problem() -> None:
    """Dashboards split failures by the codes that callers see."""
    answer, telemetry = await get("/busy")
    assert answer.json()["type"] == "urn:problem:busy"
    assert _failures(telemetry, "/busy", "busy") == 1


def _failures(telemetry: Telemetry, route: str, reason: str) -> float | None:
    labels = {"method": "GET", "route": route, "reason": reason}
    return telemetry.metrics.registry.get_sample_value("http_server_request_failures_total", labels)
