"""The composition root that all services share: what every service process has besides its own routes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from observability.wiring import Telemetry
from observability.wiring.http_server import TelemetryMiddleware
from observability.wiring.loop_lag import LoopLag
from services.chassis import problems
from services.chassis.agent import SwitchAgent
from services.chassis.deadline import DeadlineMiddleware
from services.chassis.draining import CountingMiddleware, Draining
from services.chassis.exchanges import ExchangeMiddleware
from services.chassis.fault import Fault
from services.chassis.guard import GuardMiddleware
from services.chassis.health import Check, health_router
from services.chassis.operator import Levers, operator_router
from services.chassis.settings import ServiceSettings
from services.chassis.workers import Workers, WorkersMiddleware

Part = AbstractAsyncContextManager[object]

__all__ = ["Check", "Part", "build_app"]


def build_app(
    settings: ServiceSettings,
    telemetry: Telemetry,
    *,
    title: str,
    description: str,
    routers: Sequence[APIRouter] = (),
    parts: Sequence[Part] = (),
    checks: Mapping[str, Check] | None = None,
    state: Mapping[str, object] | None = None,
    faults: Sequence[Fault[object]] = (),
    levers: Levers | None = None,
    workers: Workers | None = None,
) -> FastAPI:
    """Return the application of one service.

    It serves `/health`, `/ready`, `/metrics`, `routers` and, below `/-`, the operator's `levers`. `parts` are entered
    in order when it starts and left in reverse when it stops; `state` is what the routes find on `app.state`. Without
    `workers` any number of requests is served at once.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(telemetry)
            await stack.enter_async_context(LoopLag(telemetry))
            for part in parts:
                await stack.enter_async_context(part)
            await stack.enter_async_context(SwitchAgent.for_service(settings, faults))
            yield

    app = _Watched(telemetry, title=title, description=description, lifespan=lifespan, version="1")
    problems.install(app)
    levers = levers or Levers()
    draining = Draining(levers.work)
    app.include_router(health_router(telemetry, {**(checks or {}), "draining": draining.check}))
    app.include_router(operator_router(levers, draining))
    for router in routers:
        app.include_router(router)
    for name, value in (state or {}).items():
        setattr(app.state, name, value)
    app.add_middleware(ExchangeMiddleware, routes=[route for router in routers for route in router.routes])
    if workers is not None:
        app.add_middleware(WorkersMiddleware, workers=workers)
    app.add_middleware(DeadlineMiddleware)
    app.add_middleware(CountingMiddleware, draining=draining)
    if levers.guarded:
        app.add_middleware(GuardMiddleware, key_file=settings.channel_key_file)
    return app


class _Watched(FastAPI):
    """An application under telemetry: outermost, so that the answer to a crash and its log line carry the trace too."""

    def __init__(self, telemetry: Telemetry, **options: Any) -> None:
        # FastAPI's own instruments would join in as soon as anything in the process sets a global provider.
        super().__init__(telemetry={"tracing": False, "metrics": False, "logs": False}, **options)
        self._watching = telemetry

    def build_middleware_stack(self) -> ASGIApp:
        """Wrap everything, the answers to errors included."""
        return TelemetryMiddleware(super().build_middleware_stack(), self._watching)
