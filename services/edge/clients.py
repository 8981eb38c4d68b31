"""Connections to the backends: one pool for requests, seen by telemetry, and one for health checks, unseen."""

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from types import TracebackType
from typing import Any, Self

import httpx

from observability.wiring import Telemetry
from observability.wiring.http_client import TracedTransport
from services.chassis import tls
from services.edge.domain import IDEMPOTENT, Backend, Header
from services.edge.settings import BackendSettings, Settings

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
NOTHING = httpx.ByteStream(b"")
KEEP_IDLE_S = 4.0  # less than the five seconds after which a backend closes an idle connection


class ClientLeft(Exception):
    """The client went away while it was still sending."""


class Upload(httpx.AsyncByteStream):
    """The body of a request, passed on piece by piece as it comes in. It can be read once."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.begun = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.begun = True
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientLeft
            if piece := message.get("body", b""):
                yield piece
            more = message.get("more_body", False)


class Outgoing:
    """A request on its way to whichever backend takes it."""

    __slots__ = ("_body", "_headers", "_method", "_target", "idempotent")

    def __init__(self, method: str, target: bytes, headers: list[Header], body: Upload | None) -> None:
        self._method, self._target, self._headers, self._body = method, target, headers, body
        self.idempotent = method in IDEMPOTENT

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again although a backend may have seen it: its body, too, must still be there."""
        return self.idempotent and (self._body is None or not self._body.begun)

    def request(self, base: httpx.URL, extensions: dict[str, Any]) -> httpx.Request:
        """Return the request for one backend."""
        url = base.copy_with(raw_path=self._target)
        extensions["target"] = self._target  # to the letter; a URL object tidies it up
        return httpx.Request(
            self._method, url, headers=self._headers, stream=self._body or NOTHING, extensions=extensions
        )


class Backends:
    """Sends requests to backends. Enter it before use; it owns its connections."""

    def __init__(self, settings: Settings, telemetry: Telemetry, transport: httpx.AsyncBaseTransport | None = None):
        pool = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=KEEP_IDLE_S)
        secure = any(backend.url.startswith("https:") for backend in settings.backends)
        trust = tls.context_for("https" if secure else "http")
        plain = transport or httpx.AsyncHTTPTransport(limits=pool, verify=trust)
        self._transport = TracedTransport(plain, settings.backend_name, telemetry)
        self._probes = transport or httpx.AsyncHTTPTransport(limits=pool, verify=trust)
        self._bases: dict[str, httpx.URL] = {}
        answer_s = settings.answer_timeout_s
        self._extensions = {
            "timeout": {"connect": settings.connect_timeout_s, "read": answer_s, "write": answer_s, "pool": None}
        }

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._probes.aclose()
        await self._transport.__aexit__(kind, error, trace)

    async def send(self, backend: Backend, outgoing: Outgoing) -> httpx.Response:
        """Return the beginning of the backend's answer; the caller reads and closes it. Raises httpx's errors."""
        return await self._transport.handle_async_request(
            outgoing.request(self._base(backend.url), self._extensions.copy())
        )

    def _base(self, url: str) -> httpx.URL:
        base = self._bases.get(url)
        if base is None:
            base = self._bases[url] = httpx.URL(url)
        return base

    async def probe(self, check: BackendSettings, path: str) -> str:
        """Check one backend's health by what it says at `path`; return what is wrong, or nothing."""
        url = self._base(check.url).copy_with(raw_path=path.encode("ascii"))
        timeout_s = check.timeout_s
        timeouts = {"connect": timeout_s, "read": timeout_s, "write": timeout_s, "pool": timeout_s}
        request = httpx.Request("GET", url, extensions={"timeout": timeouts})
        try:
            response = await self._probes.handle_async_request(request)
            await response.aread()
        except httpx.TransportError as error:
            return type(error).__name__
        return "" if response.is_success else f"answered {response.status_code}"
