"""The HTTP application on top of real back ends: nothing is taken or kept here but what the pager was told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response

from observability.evidence import api
from observability.evidence.backends.evidence import BackendEvidence
from observability.evidence.backends.settings import BackendSettings
from observability.evidence.settings import EvidenceSettings
from observability.evidence.store.frugal import EVERY_S, give_back
from observability.slo import api as alerts_api
from observability.slo.relay.runtime import RelayedAlerting
from observability.slo.settings import AlertsSettings

DESCRIPTION = """Answers what happened, from Prometheus, Jaeger and Loki, and keeps what Alertmanager has told."""


def application(settings: EvidenceSettings, backends: BackendSettings) -> FastAPI:
    """Return the same API as that of an embedded store, less what takes evidence."""
    evidence = BackendEvidence(backends)
    alerting = RelayedAlerting(evidence.prometheus, evidence, AlertsSettings().kept_in(settings.home))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with evidence, alerting:
            tidying = asyncio.create_task(_tidy())
            yield
            tidying.cancel()

    app = FastAPI(title="Nightshift evidence", description=DESCRIPTION, version="1", lifespan=lifespan)
    for router in (api.router(evidence), alerting.pager.router(), alerts_api.router(alerting)):
        app.include_router(router)

    @app.get("/ready", summary="Whether it can be asked")
    async def ready() -> Response:
        return Response('{"status":"ok"}', media_type="application/json")

    return app


async def _tidy() -> None:
    """Give back what answers took: read back ends' traces are large, and circles of objects are looked for seldom."""
    while True:
        await asyncio.sleep(EVERY_S)
        await asyncio.to_thread(give_back)
