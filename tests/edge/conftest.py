"""A load balancer behind a real socket, in front of servers of which the test decides every byte."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from services.edge.app import create_app
from services.edge.settings import BackendSettings, Settings
from tests.support.listening import listening
from tests.support.polling import poll_until_async
from tests.support.raw_backend import RawBackend

Balanced = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@asynccontextmanager
async def _balanced(
    *backends: RawBackend, rise: int = 2, fall: int = 2, interval_s: float = 0.02, answer_timeout_s: float = 30.0
) -> AsyncIterator[httpx.AsyncClient]:
    checks = tuple(
        BackendSettings(url=backend.url, interval_s=interval_s, timeout_s=30.0, rise=rise, fall=fall)
        for backend in backends
    )
    settings = Settings(backends=checks, port=0, answer_timeout_s=answer_timeout_s)
    async with listening(create_app(settings)) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:

        async def ready() -> bool:
            return (await client.get("/ready")).is_success

        if any(backend.healthy for backend in backends):
            await poll_until_async(ready, "the load balancer to be ready")
        yield client


@pytest.fixture
def balanced() -> Balanced:
    """Put a load balancer in front of backends; hand over a client of it."""
    return _balanced
