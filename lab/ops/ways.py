"""The ways from load balancers to the replicas behind them: through the process that carries calls, if there is one."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from lab import probe
from lab.errors import LabError, NoAnswer
from lab.fleet import Fleet
from lab.overrides import Overrides
from lab.process import Edge, Instance, Process, edge_name, told_edges
from lab.replica import Replica

SETTING = "edges"
ANSWER_WITHIN_S = 2.0
OPEN_WITHIN_S = 3.0
LOOK_EVERY_S = 0.02
NOT_FOUND = 404


class Ways:
    """The ways of one fleet: those that its topology describes, and those that replicas have got since."""

    def __init__(self, fleet: Fleet, overrides: Overrides) -> None:
        self._fleet = fleet
        self._overrides = overrides
        self._added: dict[str, Edge] = {}

    def address(self, balancer: Replica, replica: Replica) -> str:
        """Return the URL at which a load balancer finds a replica."""
        return self._found(balancer, replica).url

    def balancers(self, replica: Replica) -> list[Replica]:
        """Return who shares requests out to a replica."""
        name = replica.instance.process.balancer
        return self._fleet.where(lambda process: bool(name) and process.name == name)

    async def open(self, replica: Replica) -> None:
        """See that a replica, which need not run yet, can be reached by its load balancers. Raises LabError."""
        if (carrier := self._carrier()) is None:
            return
        for balancer in self.balancers(replica):
            caller, callee = balancer.instance.process, replica.instance.process
            present = self._way(caller, replica)
            if present is not None and present.upstream == replica.instance.port:
                continue
            name, here = edge_name(caller.name, replica.instance), replica.instance
            port = present.port if present else self._fleet.places.way_port()
            self._added[name] = Edge(name, caller.name, callee.name, port, here.port, carrier.instance.host, here.host)
            await self._renewed(name)

    async def ensure_carried(self, replica: Replica) -> None:
        """Wait until the ways to a replica that is ready are open. Raises NoAnswer."""
        for balancer in self.balancers(replica):
            way = self._found(balancer, replica)
            deadline = time.monotonic() + OPEN_WITHIN_S
            while not await probe.listens(way.host, way.port, within_s=ANSWER_WITHIN_S):
                if time.monotonic() > deadline:
                    raise NoAnswer(f"{balancer.name} has no way to {replica.name}.", hint="See how it is: lab status")
                await asyncio.sleep(LOOK_EVERY_S)

    async def close(self, replica: Replica) -> None:
        """Have no more ways to a replica than the topology describes."""
        names = [edge_name(balancer.instance.process.name, replica.instance) for balancer in self.balancers(replica)]
        await self._forget(name for name in names if name in self._added)

    async def close_all(self) -> None:
        """Have the ways that the topology describes, and no others."""
        await self._forget(list(self._added))

    async def _forget(self, names: Iterable[str]) -> None:
        for name in list(names):
            del self._added[name]
            with suppress(LabError):  # it is being started, and told what there is
                await self._renewed(name)

    async def _renewed(self, name: str) -> None:
        """Have the process that carries calls, and its next process, do as we know. Raises NoAnswer."""
        carrier, edges = self._carrier(), self._edges()
        if carrier is None:
            return
        told = told_edges(edges.values(), self._fleet.places.listens)
        self._overrides.place(carrier.name, SETTING, told)
        await self._ask(carrier, "DELETE", f"/proxies/{quote(name, safe='')}")
        if name in edges:
            way = next(one for one in told if one["name"] == name)
            await self._ask(carrier, "POST", "/proxies", {**way, "follows": True})

    async def _ask(self, carrier: Replica, method: str, path: str, body: Any = None) -> None:
        answer = await probe.ask(carrier.instance, method, path, body, within_s=ANSWER_WITHIN_S)
        if answer is None or (answer.status >= 400 and answer.status != NOT_FOUND):
            said = answer.body.decode(errors="replace").strip() if answer else "does not answer"
            raise NoAnswer(f"{carrier.name} {said}.", hint="See how it is: lab status")

    def _edges(self) -> dict[str, Edge]:
        return {edge.name: edge for edge in self._fleet.edges()} | self._added

    def _found(self, balancer: Replica, replica: Replica) -> Edge | Instance:
        return self._way(balancer.instance.process, replica) or replica.instance

    def _way(self, caller: Process, replica: Replica) -> Edge | None:
        return self._edges().get(edge_name(caller.name, replica.instance))

    def _carrier(self) -> Replica | None:
        return next(iter(self._fleet.where(lambda process: process.carries_calls)), None)
