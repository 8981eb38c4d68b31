"""The evidence store's HTTP application: the only place where its parts are joined."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from fastapi import APIRouter, FastAPI, Response

from observability.evidence.receiver import Receiver
from observability.evidence.settings import EvidenceSettings
from observability.evidence.store.store import EmbeddedStore

DESCRIPTION = """Takes traces and logs over OTLP, looks at the metrics of the platform, and answers what happened."""


def create_app(
    settings: EvidenceSettings,
    store: EmbeddedStore,
    routers: Sequence[APIRouter] = (),
    parts: Sequence[AbstractAsyncContextManager[object]] = (),
) -> FastAPI:
    """Return the API of `store`, which runs as long as the application does.

    `routers` are what asks it, `parts` what else runs as long.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as running:
            await running.enter_async_context(store.running())
            for part in parts:
                await running.enter_async_context(part)
            yield

    app = FastAPI(title="Nightshift evidence", description=DESCRIPTION, version="1", lifespan=lifespan)
    app.include_router(Receiver(store.buffer, settings.body_mb).router())
    for router in routers:
        app.include_router(router)

    @app.get("/ready", summary="Whether it can be asked")
    async def ready() -> Response:
        return Response('{"status":"ok"}', media_type="application/json")

    return app
