"""Calls to a neighbour: deadline, bulkhead, breaker, bounded retries with jitter, trace context and metrics."""

import asyncio
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx
import orjson
import structlog

from observability.wiring import Telemetry, vocabulary
from observability.wiring.http_client import TracedTransport
from services.chassis import deadline, tls
from services.chassis.breaker import Breaker, BreakerOpen
from services.chassis.bulkhead import Bulkhead
from services.chassis.errors import NeighbourRefused, NeighbourTimedOut, NeighbourUnavailable
from services.chassis.retries import Retries
from services.chassis.settings import PeerLimits

GRACE_S = 0.01
"""How much later than the connection's own timeouts, which tell more, the bound on their sum strikes."""

log = structlog.get_logger()

Json = dict[str, Any]
Params = Mapping[str, str | int]


class Neighbour:
    """One neighbour, by the name it has in telemetry. Enter it before use; it owns its connections."""

    def __init__(
        self,
        peer: str,
        base_url: str,
        limits: PeerLimits,
        telemetry: Telemetry,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.peer = peer
        self.limits = limits
        self.breaker = Breaker(peer, limits.breaker_failures, limits.breaker_reset_s, telemetry)
        self._bulkhead = Bulkhead(peer, limits.slots, limits.timeout_s, telemetry)
        self._base_url = httpx.URL(base_url)
        self._prefix = self._base_url.raw_path.rstrip(b"/")
        # The bulkhead bounds the connections: one that is held up for one call is open to no other.
        pool = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=4.0)
        if transport is None:
            transport = httpx.AsyncHTTPTransport(limits=pool, verify=tls.context_for(self._base_url.scheme))
        self._transport = TracedTransport(transport, peer, telemetry)
        self._retried = telemetry.metrics.counter(vocabulary.HTTP_CLIENT_RETRIES).labels(peer)
        self._retries = Retries(limits.attempts)
        self.sent = 0
        self.guarded = True
        self.patience_s: float | None = None

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    def adjust(self, **knobs: float) -> None:
        """Go as far for this neighbour, from the next call on, as `knobs` say: members of `PeerLimits`."""
        self.limits = limits = self.limits.model_copy(update=knobs)
        self.breaker.adjust(limits.breaker_failures, limits.breaker_reset_s)
        self._bulkhead.adjust(limits.slots, limits.timeout_s)
        self._retries = Retries(limits.attempts)

    def once(self, attempt: int = 1, *, timeout_s: float | None = None, guarded: bool = True) -> Self:
        """Return this neighbour, over the same connections, for calls that are one attempt each.

        For callers who try again by themselves: `attempt` is which of theirs it is. An attempt that is not `guarded`
        asks neither breaker nor slots, and takes its `timeout_s` although the caller's time is used up.
        """
        view = copy(self)
        view.limits = self.limits.model_copy(update={"attempts": 1, "timeout_s": timeout_s or self.limits.timeout_s})
        view.sent, view.guarded = attempt - 1, guarded
        return view

    def patient(self, patience_s: float) -> Self:
        """Return this neighbour, over the same connections and behind the same breaker and slots, for long calls.

        An attempt may take `patience_s`, whatever the limit, and although the caller's time is used up.
        """
        view = copy(self)
        view.patience_s = patience_s
        return view

    async def get(self, path: str, params: Params | None = None, *, route: str = "") -> Json:
        """GET `path`; return the parsed JSON object."""
        return await self.call("GET", path, params=params, route=route)

    async def put(self, path: str, json: object, *, route: str = "") -> Json:
        """PUT `json` to `path`; return the parsed JSON object."""
        return await self.call("PUT", path, json=json, route=route)

    async def post(
        self,
        path: str,
        json: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = True,
        route: str = "",
    ) -> Json:
        """POST `json` to `path`; return the parsed JSON object. Only an idempotent call is tried again."""
        return await self.call("POST", path, json=json, headers=headers, idempotent=idempotent, route=route)

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = True,
        route: str = "",
    ) -> Json:
        """Send one request and return the parsed JSON object of the answer.

        `route` is the template of `path` (`/orders/{order_id}`), by which telemetry groups calls. Raises
        `NeighbourRefused` for a 4xx, `NeighbourUnavailable` or `NeighbourTimedOut` when no usable answer came, `Busy`
        when no slot came free and `DeadlineExceeded` when the caller's time is used up.
        """
        url = self._base_url.copy_with(raw_path=self._prefix + _raw_path(path, params))
        body = None if json is None else orjson.dumps(json)
        sent_headers = {"content-type": "application/json", **(headers or {})} if body else dict(headers or {})
        call = _Call(method, url, body, sent_headers, route, self.sent)
        if not idempotent or self.limits.attempts == 1:
            return await self._attempt(call)
        async for attempt in self._retries.attempts():
            with attempt:
                return await self._attempt(call)
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(self, call: "_Call") -> Json:
        if not self.guarded:
            return self._parsed(await self._send(call))
        if self.breaker.is_refusing():
            # Before waiting for a slot: those may all be held by calls that will time out.
            raise BreakerOpen(self.peer)
        async with self._bulkhead.slot():
            permit = self.breaker.permit()
            if permit is None:
                raise BreakerOpen(self.peer)
            try:
                response = await self._send(call)
            except NeighbourUnavailable as error:
                self.breaker.failed(permit)
                call.problem = error.reason
                raise
            except BaseException:
                self.breaker.abandoned(permit)
                raise
            self.breaker.succeeded(permit)
        return self._parsed(response)

    async def _send(self, call: "_Call") -> httpx.Response:
        timeout_s = self.patience_s or (
            deadline.bounded_s(self.limits.timeout_s) if self.guarded else self.limits.timeout_s
        )
        if call.sent:
            self._retried.inc()
            attempt = call.sent + 1
            log.info("neighbour.retried", peer=self.peer, route=call.route, attempt=attempt, problem=call.problem)
        request = httpx.Request(
            call.method,
            call.url,
            content=call.body,
            headers={**call.headers, deadline.HEADER: str(int(timeout_s * 1000))},
            extensions={
                "timeout": {"connect": timeout_s, "read": timeout_s, "write": timeout_s, "pool": timeout_s},
                vocabulary.EXTENSION_TEMPLATE: call.route,
                vocabulary.EXTENSION_RESEND: call.sent,
            },
        )
        call.sent += 1
        try:
            async with asyncio.timeout(timeout_s + GRACE_S):
                response = await self._transport.handle_async_request(request)
                try:
                    await response.aread()
                finally:
                    await response.aclose()
        except (httpx.TimeoutException, TimeoutError) as error:
            raise NeighbourTimedOut(self.peer, f"no answer within {timeout_s:.2f} s") from error
        except httpx.RequestError as error:
            raise NeighbourUnavailable(self.peer, type(error).__name__) from error
        if response.status_code == httpx.codes.GATEWAY_TIMEOUT:
            raise NeighbourTimedOut(self.peer, "it answered 504")
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise NeighbourUnavailable(self.peer, f"it answered {response.status_code}")
        return response

    def _parsed(self, response: httpx.Response) -> Json:
        try:
            parsed = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            parsed = None
        if response.status_code >= httpx.codes.BAD_REQUEST:
            problem = parsed if isinstance(parsed, dict) else {}
            raise NeighbourRefused(self.peer, response.status_code, problem, response.headers.get("retry-after"))
        if not isinstance(parsed, dict):
            raise NeighbourUnavailable(self.peer, "its answer is not a JSON object")
        return parsed


@dataclass(slots=True)
class _Call:
    method: str
    url: httpx.URL
    body: bytes | None
    headers: dict[str, str]
    route: str
    sent: int
    problem: str = ""


def _raw_path(path: str, params: Params | None) -> bytes:
    query = f"?{httpx.QueryParams(dict(params))}" if params else ""
    return f"{path}{query}".encode("ascii")
