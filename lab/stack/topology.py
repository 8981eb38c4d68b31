"""The platform as it runs in containers: one per replica, each with its name as its host, on real back ends."""

import asyncio
from dataclasses import replace
from itertools import count

from lab.home import Home
from lab.process import Instance, Process, Topology
from lab.site import DEFAULT_BASE, Site
from lab.stack import secrets
from lab.stack.emptying import empty
from lab.topology import platform as on_this_machine

HOME = Home.at("/lab")
SITE = Site(HOME, DEFAULT_BASE)
COLLECTOR = "http://otel-collector:4318"
ORDER, REPLICA_OF = "order", "replica-of-"
FIRST_WAY = 9100
"""Ways of replicas that are added; those that are described have lower ports."""


class Containers:
    """Containers of one network, which know one another by name."""

    listens = "0.0.0.0"  # noqa: S104 -- of a container; what is published is on 127.0.0.1
    spans_go_to: str | None = COLLECTOR

    def __init__(self) -> None:
        self._ways = count(FIRST_WAY)

    def host(self, name: str) -> str:
        """Return the name: that of the compose service."""
        return name

    def port(self, usual: int, *, spare: bool) -> int:
        """Return the usual one: every container has all ports."""
        del spare
        return usual

    def way_port(self) -> int:
        """Return the next one."""
        return next(self._ways)

    def database(self, home: Home, name: str) -> str:
        """Return the URL of a database of PostgreSQL, or that of RabbitMQ."""
        if name == "broker":
            return f"amqp://nightshift:{secrets.read(home, secrets.RABBITMQ)}@rabbitmq:5672/"
        host = "postgres-replica" if name.startswith(REPLICA_OF) else "postgres"
        name = name.removeprefix(REPLICA_OF)
        return f"postgresql+psycopg://{name}:{secrets.read(home, secrets.POSTGRES)}@{host}:5432/{name}"

    def controller_token(self, home: Home) -> str | None:
        """Return what the first start has made."""
        return secrets.read(home, secrets.CONTROLLER)

    async def empty(self, home: Home) -> None:
        """Empty all databases and the queue."""
        await asyncio.to_thread(empty, home, self)


def platform() -> Topology:
    """Return the processes of Nightshift, as there are containers for them."""
    usual = on_this_machine()
    processes = tuple(map(_contained, usual.processes))
    return replace(usual, processes=processes, places=Containers())


def _contained(process: Process) -> Process:
    if process.short == ORDER:
        process = replace(process, databases={**process.databases, "REPLICA_URL": REPLICA_OF + ORDER})
    return replace(process, takes_spans=False)


def described(topology: Topology, name: str) -> Instance:
    """Return the replica called `name`, which may be a spare one. Raises LabError."""
    for instance in topology.instances(SITE.base):
        if instance.name == name:
            return instance
    service, _, number = name.rpartition("-")
    return topology.instance(topology.named(service), int(number) if number.isdecimal() else 0, SITE.base)
