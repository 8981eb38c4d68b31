"""Grafana, Jaeger and the shop for the people of a workshop: to read, behind one password. `python -m lab.stack.gate`.

Each has a port of its own, as on the server itself. Whoever shows the join password (HTTP Basic, any user name) may
look; nothing can be bought, changed or switched on. The controller, the load and the stores have no way through.
"""

import asyncio
import base64
import binascii
import hmac
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from lab.stack import secrets
from lab.stack.topology import HOME

READING = frozenset({"GET", "HEAD"})
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-authorization"}
)
NOT_PASSED_ON = HOP_BY_HOP | {"authorization", "host", "content-length"}
WITHIN_S = 60.0
LONGEST_BODY = 1 << 20


@dataclass(frozen=True)
class Shown:
    """One thing that people may look at."""

    port: int
    url: str
    asks_by_post: tuple[str, ...] = ()
    """Paths at which even a question is a POST."""


SHOWN = (
    Shown(3000, "http://grafana:3000", ("/api/ds/query",)),
    Shown(16686, "http://jaeger:16686"),
    Shown(8081, "http://web-frontend-1:8081"),
)


def application(shown: Shown, password: str, transport: httpx.AsyncBaseTransport | None = None) -> Starlette:
    """Return what stands in front of one of them."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(
            base_url=shown.url, timeout=WITHIN_S, trust_env=False, transport=transport
        ) as client:
            app.state.client = client
            yield

    async def answer(request: Request) -> Response:
        if not _knows(request.headers.get("authorization", ""), password):
            return PlainTextResponse(
                "This needs the join password of the workshop.\n", 401, {"WWW-Authenticate": 'Basic realm="workshop"'}
            )
        if not _may(shown, request):
            return PlainTextResponse("Here you can look, and change nothing.\n", 403)
        return await _passed_on(request, request.app.state.client)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(routes=[Route("/{path:path}", answer, methods=methods)], lifespan=lifespan)


def _knows(header: str, password: str) -> bool:
    scheme, _, shown = header.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        said = base64.b64decode(shown, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(said, password.encode())


def _may(shown: Shown, request: Request) -> bool:
    if request.method in READING:
        return True
    return request.method == "POST" and any(request.url.path == path for path in shown.asks_by_post)


async def _passed_on(request: Request, client: httpx.AsyncClient) -> Response:
    body = await request.body()
    if len(body) > LONGEST_BODY:
        return PlainTextResponse("This is too long.\n", 413)
    target = httpx.URL(path=request.url.path, query=request.url.query.encode())
    headers = _kept(request.headers.items())
    try:
        asked = client.build_request(request.method, target, headers=headers, content=body or None)
        told = await client.send(asked, stream=True)
    except httpx.HTTPError:
        return PlainTextResponse("It does not answer at the moment.\n", 502)
    # As it came, compressed or not.
    return StreamingResponse(
        told.aiter_raw(), told.status_code, dict(_kept(told.headers.items())), background=BackgroundTask(told.aclose)
    )


def _kept(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in NOT_PASSED_ON]


async def _serve() -> None:
    password = secrets.read(HOME, secrets.JOIN)
    servers = [
        uvicorn.Server(
            uvicorn.Config(
                application(shown, password),
                host="0.0.0.0",  # noqa: S104 -- of a container
                port=shown.port,
                log_level="warning",
                server_header=False,
            )
        )
        for shown in SHOWN
    ]
    await asyncio.gather(*(server.serve() for server in servers))


if __name__ == "__main__":
    asyncio.run(_serve())
