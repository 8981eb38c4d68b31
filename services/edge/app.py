"""The load balancer, put together."""

import httpx
from fastapi import FastAPI
from starlette.middleware import Middleware

from observability.wiring import wire
from services.chassis.app import build_app
from services.chassis.operator import Levers
from services.edge.clients import Backends
from services.edge.domain import Round
from services.edge.faults import FAULTS
from services.edge.operations import Balancer, HealthWatch
from services.edge.rotation import Rotation, checks_of
from services.edge.routes import ROUTE, Forwarding
from services.edge.settings import Settings


def create_app(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """Return the load balancer; `transport` takes the place of the network."""
    telemetry = wire(settings)
    checks = checks_of(settings.backends, settings.checks)
    backends = Backends(settings, telemetry, transport)
    balancer = Balancer(Round(list(checks)), backends, telemetry)
    watch = HealthWatch(checks, backends, balancer)
    rotation = Rotation(settings, checks, balancer, watch)
    app = build_app(
        settings,
        telemetry,
        title="Load balancer",
        description="Passes every request to one of the gateways.",
        parts=[backends, watch],
        checks={"backends": balancer.check},
        state={"route": ROUTE},
        faults=FAULTS,
        levers=Levers(rotation.adjustables(), described=False, guarded=True),
    )
    app.user_middleware.append(Middleware(Forwarding, balancer=balancer, telemetry=telemetry))
    return app
