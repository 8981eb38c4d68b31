"""Telling a load balancer which replicas it shares requests out to."""

from typing import Any

from lab import operating
from lab.fleet import Fleet
from lab.ops.ways import Ways
from lab.overrides import Overrides
from lab.replica import Replica

SETTING = "backends"

Backends = list[dict[str, Any]]


class Rotation:
    """The rotations of one fleet. A replica without a load balancer is in none, and nothing is done about it."""

    def __init__(self, fleet: Fleet, overrides: Overrides, ways: Ways) -> None:
        self._fleet = fleet
        self._overrides = overrides
        self._ways = ways

    async def leave(self, replica: Replica) -> None:
        """Have no more requests sent to a replica, unless it is the only one. Raises NoAnswer."""
        for balancer in self._ways.balancers(replica):
            address, backends = self._ways.address(balancer, replica), await self._backends(balancer)
            left = [one for one in backends if one["url"] != address]
            if left and len(left) < len(backends):
                await self._set(balancer, left)

    async def join(self, replica: Replica) -> None:
        """Have requests sent to a replica, which has to be ready, and checked as the first one is."""
        for balancer in self._ways.balancers(replica):
            address, backends = self._ways.address(balancer, replica), await self._backends(balancer)
            if all(one["url"] != address for one in backends):
                usual = backends[0] if backends else {}
                together = self._in_order(balancer, replica, [*backends, {**usual, "url": address}])
                await self._set(balancer, together)

    def _in_order(self, balancer: Replica, replica: Replica, backends: Backends) -> Backends:
        """Return backends in the order of their replicas: settings of the health checks go by place."""
        others = self._fleet.where(lambda process: process is replica.instance.process)
        places = {self._ways.address(balancer, other): other.instance.number for other in others}
        return sorted(backends, key=lambda one: places.get(one["url"], 0))

    async def _backends(self, balancer: Replica) -> Backends:
        told = await operating.ask(balancer, "GET", "/settings")
        backends: Backends = next(one["value"] for one in told["settings"] if one["name"] == SETTING)
        return backends

    async def _set(self, balancer: Replica, backends: Backends) -> None:
        await operating.ask(balancer, "PATCH", "/settings", {SETTING: backends})
        self._overrides.place(balancer.name, SETTING, backends)
