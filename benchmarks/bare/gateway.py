"""The public API's checkout."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import FastAPI, Header

from benchmarks.bare.models import Checkout, Json


def create_app(order_url: str) -> FastAPI:
    """Return a gateway."""
    client = httpx.AsyncClient(base_url=order_url, timeout=10, trust_env=False)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with client:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/orders", status_code=201)
    async def place(checkout: Checkout, idempotency_key: Annotated[str, Header()]) -> Json:
        answer = await client.post("/orders", json=checkout.model_dump(), headers={"Idempotency-Key": idempotency_key})
        answer.raise_for_status()
        placed: Json = answer.json()
        return placed

    return app
