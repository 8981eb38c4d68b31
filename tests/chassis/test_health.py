"""How a service is watched."""

import asyncio

import httpx
import pytest

from observability.wiring import wire
from observability.wiring.settings import TelemetrySettings
from services.chassis import health
from services.chassis.app import build_app
from services.chassis.health import Check
from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """A service of its own."""

    service = "order-service"


async def usable() -> None:
    """Find nothing wrong."""


async def broken() -> None:
    """Find the database gone."""
    raise ConnectionError("no such file")


async def hangs() -> None:
    """Never come back."""
    await asyncio.Event().wait()


async def get(path: str, accept: str = "*/*", **checks: Check) -> httpx.Response:
    """Ask a fresh service that has `checks`."""
    settings = Settings(instance="order-service-1", port=0)
    telemetry = wire(settings, TelemetrySettings(traces_exporter="none"))
    app = build_app(settings, telemetry, title="Orders", description="Takes orders.", checks=checks)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://platform") as client:
        return await client.get(path, headers={"Accept": accept})


async def test_a_service_that_cannot_serve_is_alive_all_the_same() -> None:
    """`/health` speaks of the process and nothing else."""
    assert (await get("/health", database=broken)).status_code == 200


async def test_a_service_is_ready_when_all_that_it_needs_is_usable() -> None:
    """`/ready` asks every check."""
    assert (await get("/ready", database=usable, broker=usable)).json() == {"status": "ok"}


async def test_a_service_that_is_not_ready_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that fails and one that hangs are both named, with the reason where there is one."""
    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.01)
    answer = await get("/ready", database=broken, broker=hangs, cache=usable)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["failing"] == {"database": "no such file", "broker": "TimeoutError"}
    assert answer.headers["Retry-After"] == "1"


async def test_whoever_watches_fills_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    """A start is watched many times a second; neither answer leaves a line."""
    await get("/ready", database=broken)
    await get("/ready", database=usable)
    assert capsys.readouterr().out == ""


async def test_metrics_come_in_the_format_that_is_asked_for() -> None:
    """OpenMetrics, which can carry exemplars, for those who accept it; the classic text for the others."""
    modern = await get("/metrics", "application/openmetrics-text; version=1.0.0")
    assert modern.headers["content-type"].startswith("application/openmetrics-text")
    assert modern.text.endswith("# EOF\n")
    assert (await get("/metrics")).headers["content-type"].startswith("text/plain")
