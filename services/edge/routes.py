"""HTTP in, HTTP out: every path but the load balancer's own is passed on, without buffering either way."""

import asyncio
from types import SimpleNamespace
from uuid import uuid4

import httpx
import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from observability.wiring import Telemetry, vocabulary
from services.chassis.errors import Invalid, ServiceError
from services.chassis.problems import error_response
from services.edge.clients import ClientLeft, Outgoing, Upload
from services.edge.domain import Header, forwarded, returned
from services.edge.operations import Balancer

ROUTE = SimpleNamespace(path="/{path}")
"""What telemetry calls every request that is passed on: the load balancer does not know the backend's routes."""

log = structlog.get_logger()


class Forwarding:
    """Passes on what is not meant for the load balancer itself.

    This is a middleware and not a route, because it is in the way of every request: what FastAPI does for a route –
    matching, dependencies, exit stacks – costs more than the rest of the hop.
    """

    def __init__(self, app: ASGIApp, balancer: Balancer, telemetry: Telemetry) -> None:
        self._app = app
        self._balancer = balancer
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http" or vocabulary.is_quiet(scope["path"]):
            await self._app(scope, receive, send)
            return
        scope["route"] = ROUTE
        try:
            answer = await self._balancer.forward(self._outgoing(scope, receive))
        except ServiceError as error:
            scope[vocabulary.SCOPE_FAILURE_REASON] = error.code
            await error_response(error)(scope, receive, send)
        except ClientLeft:
            log.info("client.left", method=scope["method"], path=scope["path"])
        else:
            await self._answer(answer, receive, send)

    def _outgoing(self, scope: Scope, receive: Receive) -> Outgoing:
        client = scope["client"]
        asked = forwarded(scope["headers"], client[0].encode("latin-1") if client else b"unknown", _scheme(scope))
        if not self._telemetry.enabled:
            _ensure_request_id(asked.headers)
        return Outgoing(scope["method"], _target(scope), asked.headers, Upload(receive) if asked.has_body else None)

    async def _answer(self, answer: httpx.Response, receive: Receive, send: Send) -> None:
        try:
            headers = returned(answer.headers.raw)
            await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
            if "content-length" in answer.headers:
                await _pass_on(answer, send)
            else:
                await _pass_on_while_wanted(answer, receive, send)
        except httpx.TransportError as error:
            # The status is out. An answer without its end makes the server cut the connection, which tells the client.
            log.warning("backend.broke_off", problem=type(error).__name__)
        finally:
            await answer.aclose()


async def _pass_on(answer: httpx.Response, send: Send) -> None:
    assert isinstance(answer.stream, httpx.AsyncByteStream)  # noqa: S101 -- an asynchronous transport made it
    async for piece in answer.stream:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _pass_on_while_wanted(answer: httpx.Response, receive: Receive, send: Send) -> None:
    """An answer of unknown length may go on for ever: stop when the client leaves."""
    passing = asyncio.create_task(_pass_on(answer, send))
    leaving = asyncio.create_task(_until_client_leaves(receive))
    try:
        await asyncio.wait((passing, leaving), return_when=asyncio.FIRST_COMPLETED)
        if passing.done():
            passing.result()
    finally:
        passing.cancel()
        leaving.cancel()
        await asyncio.gather(passing, leaving, return_exceptions=True)


async def _until_client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def _scheme(scope: Scope) -> bytes:
    return b"https" if scope["scheme"] == "https" else b"http"


def _target(scope: Scope) -> bytes:
    path: bytes = scope["raw_path"]
    if not path.startswith(b"/"):
        raise Invalid("The request target must be a path.")
    query: bytes = scope["query_string"]
    return b"%b?%b" % (path, query) if query else path


def _ensure_request_id(headers: list[Header]) -> None:
    """Telemetry gives every request an id; without telemetry it is done here."""
    name = vocabulary.HEADER_REQUEST_ID.encode("ascii")
    if all(header[0] != name for header in headers):
        headers.append((name, uuid4().hex.encode("ascii")))
