"""Telling a load balancer which replicas it shares requests out to."""

from typing import Any

from lab import operating
from lab.fleet import Fleet
from lab.overrides import Overrides
from lab.process import url
from lab.replica import Replica

SETTING = "backends"

Backends = list[dict[str, Any]]


class Rotation:
    """The rotations of one fleet. A replica without a load balancer is in none, and nothing is done about it."""

    def __init__(self, fleet: Fleet, overrides: Overrides) -> None:
        self._fleet = fleet
        self._overrides = overrides

    async def leave(self, replica: Replica) -> None:
        """Have no more requests sent to a replica, unless it is the only one. Raises NoAnswer."""
        address = url(replica.instance.port)
        for balancer in self._balancers(replica):
            backends = await self._backends(balancer)
            left = [one for one in backends if one["url"] != address]
            if left and len(left) < len(backends):
                await self._set(balancer, left)

    async def join(self, replica: Replica) -> None:
        """Have requests sent to a replica, which has to be ready, and checked as the first one is."""
        address = url(replica.instance.port)
        for balancer in self._balancers(replica):
            backends = await self._backends(balancer)
            if all(one["url"] != address for one in backends):
                usual = backends[0] if backends else {}
                await self._set(balancer, self._in_order(replica, [*backends, {**usual, "url": address}]))

    def _in_order(self, replica: Replica, backends: Backends) -> Backends:
        """Return backends in the order of their replicas: settings of the health checks go by place."""
        others = self._fleet.where(lambda process: process is replica.instance.process)
        places = {url(other.instance.port): other.instance.number for other in others}
        return sorted(backends, key=lambda one: places.get(one["url"], 0))

    def _balancers(self, replica: Replica) -> list[Replica]:
        name = replica.instance.process.balancer
        return self._fleet.where(lambda process: bool(name) and process.name == name)

    async def _backends(self, balancer: Replica) -> Backends:
        told = await operating.ask(balancer, "GET", "/settings")
        backends: Backends = next(one["value"] for one in told["settings"] if one["name"] == SETTING)
        return backends

    async def _set(self, balancer: Replica, backends: Backends) -> None:
        await operating.ask(balancer, "PATCH", "/settings", {SETTING: backends})
        self._overrides.place(balancer.name, SETTING, backends)
