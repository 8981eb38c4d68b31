"""A client of the Toxiproxy API: which edges there are, and faults on them.

Use it in this order: `validate`, `plan`, write the plan's undo record down, `apply`; later `revert` with the record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from chaos.network.errors import NotOnANetwork, ProxyFailed, ProxyUnreachable, UnknownEdge, WrongParams
from chaos.network.faults import FAULTS, NetworkFault
from chaos.undo_http import KIND, is_done

PATIENCE_S = 2.0
NO_NETWORK = {"database": "database.latency or database.error", "queue": "queue.latency or queue.error"}
EXTRA_MS = 2000
"""A toxic expires by itself, where the proxy can do that, this long after its activation should have ended it."""


@dataclass(frozen=True)
class Plan:
    """What is to be done, and what undoes it."""

    calls: tuple[dict[str, Any], ...]
    """In their order: `{"method", "url", "body"}`."""
    undo: dict[str, Any]
    """`{"kind": "http", "calls": […]}`, ready for JSON; to be kept before the first call is made."""


class Toxiproxy:
    """Talks to the proxy at `url`. Enter it before use; it owns its connections."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._url = url.rstrip("/")
        self._client = httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False, transport=transport)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def edges(self) -> list[str]:
        """Return the names of all edges, `payment-service->payment-provider`. Raises ProxyUnreachable, ProxyFailed."""
        response = await self._send({"method": "GET", "url": f"{self._url}/proxies", "body": None})
        if not response.is_success:
            raise _failed(response)
        return sorted(response.json())

    async def validate(self, fault: str, on: Sequence[str], params: Mapping[str, Any], percent: float = 100) -> None:
        """Raise NetworkError, with what to write instead, unless all of this can be done. Nothing is changed."""
        _known(fault).values(params)
        if not 0 < percent <= 100:
            raise WrongParams(f"percent cannot be {percent!r}.", instead="More than 0, 100 at most.")
        edges = await self.edges()
        if not on:
            raise UnknownEdge(f"{fault} needs an edge.", instead=f"Say on which: {', '.join(edges)}.")
        for name in on:
            _ensure_edge(name, edges)

    def plan(
        self,
        activation: str,
        fault: str,
        on: Sequence[str],
        params: Mapping[str, Any],
        *,
        percent: float = 100,
        duration_s: float | None = None,
    ) -> Plan:
        """Return the calls that bring a fault about, and the record that undoes them. Raises WrongParams.

        Names of toxics begin with the activation's id, so that two activations never meet.
        """
        kind = _known(fault)
        calls, undoing = [], []
        for edge in on:
            toxics = f"{self._url}/proxies/{quote(edge, safe='')}/toxics"
            for stream, attributes in kind.toxics(kind.values(params)):
                name = f"{activation}-{'up' if stream == 'upstream' else 'down'}"
                body = {"name": name, "type": kind.toxic, "stream": stream, "toxicity": percent / 100}
                body["attributes"] = attributes
                if duration_s is not None:
                    body["expires_ms"] = round(duration_s * 1000) + EXTRA_MS
                calls.append({"method": "POST", "url": toxics, "body": body})
                undoing.append({"method": "DELETE", "url": f"{toxics}/{quote(name, safe='')}", "body": None})
        return Plan(tuple(calls), {"kind": KIND, "calls": undoing})

    async def apply(self, plan: Plan) -> None:
        """Make the calls of a plan. Raises ProxyUnreachable or ProxyFailed at the first that fails: revert then."""
        for call in plan.calls:
            response = await self._send(call)
            if not response.is_success and response.status_code != httpx.codes.CONFLICT:  # it is there: made twice
                raise _failed(response)

    async def revert(self, undo: Mapping[str, Any]) -> None:
        """Make the calls of an undo record, as often as one likes. Raises what went wrong last, after trying all."""
        problem: ProxyUnreachable | ProxyFailed | None = None
        for call in undo["calls"]:
            try:
                response = await self._send(call)
                if not is_done(response.status_code):
                    problem = _failed(response)
            except ProxyUnreachable as error:
                problem = error
        if problem is not None:
            raise problem

    async def _send(self, call: Mapping[str, Any]) -> httpx.Response:
        try:
            return await self._client.request(call["method"], call["url"], json=call["body"])
        except httpx.TransportError as error:
            raise ProxyUnreachable(
                f"The proxy at {self._url} does not answer ({type(error).__name__}).",
                instead="See whether it runs: lab status.",
            ) from error


def _known(fault: str) -> NetworkFault:
    if (found := FAULTS.get(fault)) is None:
        raise WrongParams(f"There is no fault {fault!r} of the network.", instead=f"There are: {', '.join(FAULTS)}.")
    return found


def _ensure_edge(name: str, edges: Sequence[str]) -> None:
    if name in edges:
        return
    for kind, faults in NO_NETWORK.items():
        if name.rpartition("->")[2].endswith(kind):
            raise NotOnANetwork(
                f"{name}: the {kind} is a file, there is no network to it.",
                instead=f"Use {faults} on {name.partition('->')[0] or 'a service'}.",
            )
    near = get_close_matches(name, edges, n=2, cutoff=0.5) or edges
    raise UnknownEdge(f"There is no edge {name!r}.", instead=f"Perhaps: {', '.join(near)}.")


def _failed(response: httpx.Response) -> ProxyFailed:
    request = response.request
    return ProxyFailed(
        f"{request.method} {request.url.path} was answered with {response.status_code}: {response.text.strip()}",
        instead="The log of the proxy may tell more.",
    )
