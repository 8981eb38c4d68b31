"""What telemetry adds to a request served, a call made and a statement run, without a server or a network."""

import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import httpx
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from opentelemetry.sdk.trace import TracerProvider
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.types import ASGIApp, Message

from observability.wiring import Telemetry
from observability.wiring.http_client import TracedTransport
from observability.wiring.http_server import TelemetryMiddleware
from observability.wiring.sql import instrument_engine

TURNS, REQUESTS, STATEMENTS = 30, 400, 200
SPANS_STOCK = TURNS * REQUESTS
SPANS_OURS = TURNS * (2 * REQUESTS + STATEMENTS)

Work = Callable[[int], Awaitable[object]]


class Seam(NamedTuple):
    """Processor time per operation in µs: without telemetry, with what others offer (if they do), with ours."""

    bare: float
    ours: float
    stock: float | None = None


class Way(NamedTuple):
    """A way to do it, and what delivers the spans it left; a turn ends when they are delivered."""

    work: Work
    flush: Callable[[], object] = bool


async def compared(times: int, *ways: Way) -> Seam:
    """The medians of many short runs that take turns."""
    costs: list[list[float]] = [[] for _ in ways]
    for _ in range(TURNS):
        for way, seen in zip(ways, costs, strict=True):
            started = time.process_time()
            for at in range(times):
                await way.work(at)
            way.flush()
            seen.append((time.process_time() - started) / times * 1e6)
    return Seam(*(statistics.median(seen) for seen in costs))


def request_to(app: ASGIApp) -> Work:
    """One request through an ASGI application."""
    headers = [
        (b"host", b"order"), (b"user-agent", b"python-httpx/0.28"), (b"x-request-id", b"a" * 32),
        (b"traceparent", f"00-{'a' * 32}-{'b' * 16}-01".encode()),
    ]  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: Message) -> None:
        return None

    async def request(at: int) -> None:
        scope = {
            "type": "http", "method": "GET", "path": f"/orders/{at}", "raw_path": b"", "query_string": b"",
            "headers": headers, "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 8084),
            "client": ("127.0.0.1", 40000), "root_path": "", "state": {},
        }  # fmt: skip
        await app(scope, receive, send)

    return request


def shop(provider: TracerProvider | None = None) -> FastAPI:
    """The smallest service; with a provider, under FastAPI's own telemetry with one span per request."""
    off = {"tracing": False, "metrics": False, "logs": False}
    on = {"tracer_provider": provider, "operation_spans": False, "metrics": False, "logs": False}
    app = FastAPI(telemetry=on if provider else off)  # type: ignore[arg-type]

    @app.get("/orders/{order_id}", response_class=PlainTextResponse)
    async def read(order_id: str) -> str:
        return order_id

    return app


async def request_served(telemetry: Telemetry, provider: TracerProvider) -> Seam:
    """A request through FastAPI."""
    ours = TelemetryMiddleware(shop(), telemetry)
    return await compared(
        REQUESTS,
        Way(request_to(shop())),
        Way(request_to(ours), telemetry.flush),
        Way(request_to(shop(provider)), provider.force_flush),
    )


class _Answering(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"{}", request=request)


async def call_made(telemetry: Telemetry) -> Seam:
    """A call through httpx."""
    traced = TracedTransport(_Answering(), "order-service", telemetry)
    async with (
        httpx.AsyncClient(transport=_Answering(), base_url="http://127.0.0.1:8084") as bare,
        httpx.AsyncClient(transport=traced, base_url="http://127.0.0.1:8084") as ours,
    ):
        return await compared(
            REQUESTS,
            Way(lambda at: bare.get(f"/orders/{at}")),
            Way(lambda at: ours.get(f"/orders/{at}"), telemetry.flush),
        )


async def statement_run(telemetry: Telemetry) -> Seam:
    """A SELECT through SQLAlchemy and aiosqlite."""
    select = text("SELECT 1")
    with tempfile.TemporaryDirectory() as directory:
        plain = create_async_engine(f"sqlite+aiosqlite:///{directory}/plain.db")
        seen = create_async_engine(f"sqlite+aiosqlite:///{directory}/seen.db")
        instrument_engine(seen, "benchmark", telemetry)
        async with plain.connect() as bare, seen.connect() as ours:
            seam = await compared(
                STATEMENTS,
                Way(lambda _: bare.execute(select)),
                Way(lambda _: ours.execute(select), telemetry.flush),
            )
        await plain.dispose()
        await seen.dispose()
    return seam


async def seams(telemetry: Telemetry, provider: TracerProvider) -> dict[str, Seam]:
    """All three, as parts of one trace."""
    with telemetry.tracer.start_as_current_span("benchmark"):
        return {
            "request served": await request_served(telemetry, provider),
            "call made": await call_made(telemetry),
            "statement run": await statement_run(telemetry),
        }
