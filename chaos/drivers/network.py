"""The ways between services, spoiled by whatever speaks the API of Toxiproxy."""

import asyncio
import json
from collections.abc import Sequence
from difflib import get_close_matches
from time import monotonic
from typing import Any
from urllib.parse import quote

from chaos.drivers import Applied, Offer, Outcome, Plan
from chaos.drivers.toxics import FAULTS
from chaos.errors import NotApplied, UnknownTarget
from chaos.orders import Injection
from chaos.parameters import completed
from chaos.undo import http_call

NO_NETWORK = {"database": "database.latency or database.error", "queue": "queue.latency or queue.error"}
EXTRA_MS = 2000
"""A toxic expires by itself, where the proxy can do that, this long after its activation should have ended it."""
CONFLICT = 409

Call = dict[str, Any]


class Network:
    """Talks to the proxy at `url`. Names of toxics begin with the activation's id, so that no two ever meet."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def knows(self, fault: str) -> bool:
        """Tell whether `fault` is one of the network's."""
        return fault in FAULTS

    async def offers(self) -> Sequence[Offer]:
        """Return all of them, and the edges that there are."""
        try:
            edges = tuple(await self.edges())
        except NotApplied:
            edges = ()
        return [Offer(fault.name, fault.summary, fault.params, edges) for fault in FAULTS.values()]

    async def edges(self) -> list[str]:
        """Return the names of all edges, `payment-service->payment-provider`. Raises `NotApplied`."""
        return sorted(json.loads(await self._send({"method": "GET", "url": f"{self._url}/proxies", "body": None})))

    async def plan(self, identity: str, order: Injection) -> Plan:
        """Find the edges that are meant, and say what undoes it."""
        kind = FAULTS[order.fault]
        values = completed(order.fault, order.params, kind.params)
        edges = await self.edges()
        if not order.on:
            raise UnknownTarget(f"{order.fault} needs an edge.", instead=f"There are: {', '.join(edges)}.")
        calls: list[Call] = []
        undoing: list[Call] = []
        for edge in order.on:
            _ensure_edge(edge, edges)
            toxics = f"{self._url}/proxies/{quote(edge, safe='')}/toxics"
            for stream, attributes in kind.toxics(values):
                name = f"{identity}-{'up' if stream == 'upstream' else 'down'}"
                body = {"name": name, "type": kind.toxic, "stream": stream, "toxicity": order.percent / 100}
                body |= {"attributes": attributes, "expires_ms": round(order.duration_s * 1000) + EXTRA_MS}
                calls.append({"method": "POST", "url": toxics, "body": body})
                undoing.append({"method": "DELETE", "url": f"{toxics}/{quote(name, safe='')}", "body": None})
        whole = order.model_copy(update={"params": values})
        return Plan(whole, frozenset(order.on), undo=({"kind": "http", "calls": undoing},), how={"calls": calls})

    async def apply(self, plan: Plan, began: float) -> Outcome:
        """Make the calls of the plan."""
        for call in plan.how["calls"]:
            await self._send(call)
        took_ms = round((monotonic() - began) * 1e3, 3)
        return Outcome(tuple(Applied(edge, 0, took_ms) for edge in plan.order.on))

    async def sustain(self, plan: Plan) -> None:
        """Nothing more: toxics stay."""

    async def _send(self, call: Call) -> bytes:
        try:
            status, said = await asyncio.to_thread(http_call, call)
        except OSError as error:
            raise NotApplied(f"The network proxy does not answer: {error}.", instead="See: lab status") from error
        if status >= 400 and status != CONFLICT:  # it is there already: made twice
            raise NotApplied(
                f"The network proxy answered {status}: {said.decode(errors='replace').strip()}", instead=""
            )
        return said


def _ensure_edge(name: str, edges: Sequence[str]) -> None:
    if name in edges:
        return
    for kind, faults in NO_NETWORK.items():
        if name.rpartition("->")[2].endswith(kind):
            raise UnknownTarget(
                f"{name}: the {kind} is a file, there is no network to it.",
                instead=f"Use {faults} on {name.partition('->')[0] or 'a service'}.",
            )
    near = get_close_matches(name, edges, n=2, cutoff=0.5) or edges
    raise UnknownTarget(f"There is no edge {name!r}.", instead=f"Perhaps: {', '.join(near)}.")
