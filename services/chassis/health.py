"""`/health`: the process is alive. `/ready`: it can serve. `/metrics`: how it is doing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from observability.wiring import Telemetry
from services.chassis.errors import ServiceError
from services.chassis.problems import problems

CHECK_TIMEOUT_S = 1.0

Check = Callable[[], Awaitable[None]]
"""Raises when what it checks is not usable."""


class NotReady(ServiceError):
    """Something without which this service cannot serve is missing."""

    status, code, title, retry_after_s = 503, "not-ready", "Not ready", 1


class Status(BaseModel):
    """A short answer for a machine that only looks at the HTTP status."""

    status: str = Field(description="`ok`")


def health_router(telemetry: Telemetry, checks: Mapping[str, Check]) -> APIRouter:
    """Return the routes by which a service is watched."""
    router = APIRouter(tags=["operations"])
    ok = Status(status="ok")

    @router.get("/health", summary="The process is alive")
    async def health() -> Status:
        return ok

    @router.get("/ready", summary="The service can serve", responses=problems(NotReady))
    async def ready() -> Status:
        failures = await asyncio.gather(*(_failure(check) for check in checks.values()))
        failing = {name: failure for name, failure in zip(checks, failures, strict=True) if failure}
        if failing:
            raise NotReady(f"Not usable: {', '.join(failing)}.", failing=failing)
        return ok

    @router.get("/metrics", summary="Metrics in OpenMetrics or Prometheus text format")
    async def metrics(request: Request) -> Response:
        body, media_type = telemetry.metrics.exposition(request.headers.get("accept", ""))
        return Response(body, media_type=media_type)

    return router


async def _failure(check: Check) -> str | None:
    try:
        await asyncio.wait_for(check(), CHECK_TIMEOUT_S)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the answer is that it fails
        return str(error) or type(error).__name__
    return None
