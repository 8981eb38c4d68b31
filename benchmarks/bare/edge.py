"""The load balancer: round robin, bodies streamed both ways."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask


def create_app(backends: list[str]) -> FastAPI:
    """Return a load balancer for `backends`."""
    client, turn = httpx.AsyncClient(timeout=10, trust_env=False), itertools.cycle(backends)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with client:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def forward(path: str, request: Request) -> StreamingResponse:
        outgoing = client.build_request(
            request.method, f"{next(turn)}/{path}", headers=request.headers.raw, content=request.stream()
        )
        answer = await client.send(outgoing, stream=True)
        return StreamingResponse(
            answer.aiter_raw(), answer.status_code, answer.headers, background=BackgroundTask(answer.aclose)
        )

    return app
