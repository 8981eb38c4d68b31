"""What it takes to describe the processes of a lab: where they listen, what they are told, whom each of them calls.

`topology.py` holds the description itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module

from lab.errors import UnknownName
from lab.places import LOOPBACK, Here, Places
from lab.site import CHANNEL_OFFSET, EDGES_OFFSET, FURTHER_OFFSET, Site

CONTROLLER = "controller"


@dataclass(frozen=True)
class Process:
    """One kind of process, of which there are `replicas` on consecutive ports from `offset` on."""

    short: str
    """Name to type, `order`."""
    name: str
    """Telemetry name, `order-service`; replicas are `order-service-1`, `order-service-2`, …"""
    prefix: str
    """What its environment variables start with, `ORDER_`."""
    offset: int
    """Its first port, counted from the lab's port base."""
    target: str
    """`module:function` to call in a forked process, or a module to run in one of its own when `forked` is false."""
    arguments: tuple[str, ...] = ()
    replicas: int = 1
    forked: bool = True
    calls: Mapping[str, str] = field(default_factory=dict)
    """Setting → the process it gives the URL of: `{"PAYMENT_URL": "payment-service"}`."""
    knows: Mapping[str, str] = field(default_factory=dict)
    """The like for processes that it has no need of: it may start before them and end after them."""
    databases: Mapping[str, str] = field(default_factory=dict)
    """Setting → the database it gives the URL of: `{"DATABASE_URL": "order"}`."""
    computed: Callable[[Site, "Topology"], Mapping[str, str]] | None = None
    """Further settings, computed."""
    ready_path: str = "/ready"
    preload: tuple[str, ...] = ()
    """Modules of its own that are loaded once, before the fork."""
    joins_channel: bool = True
    """Whether a switch agent runs in it."""
    is_load: bool = False
    """Whether it is the load: started when all others are ready, and only when load is wanted."""
    sealed: bool = False
    """Whether its log gives away what is switched on, and so is kept apart from those of the platform."""
    keeps_on: bool = False
    """Whether it stays up while the lab is reset."""
    balancer: str = ""
    """The process that shares requests out among its replicas, and is told of them by its setting `backends`."""
    queue: str = ""
    """The queue whose messages its replicas share."""
    carries_calls: bool = False
    """Whether the calls of the platform go through it."""
    takes_spans: bool = False
    """Whether spans are sent to it, unless somebody wants them elsewhere."""
    folder: str = ""
    """Where its code is taken from, below `services`; empty: from the lab's own tree."""


@dataclass(frozen=True)
class Instance:
    """One process to be: `Process` with a number and a port."""

    name: str
    process: Process
    number: int
    port: int
    host: str = LOOPBACK
    """Where others find it."""

    @property
    def url(self) -> str:
        """Its address, as others are told it."""
        return url(self.port, self.host)


@dataclass(frozen=True)
class Edge:
    """One way from a caller, all replicas of it, to a callee; of a callee that has several, to one of them."""

    name: str
    """`payment-service->payment-provider`, or `load-balancer->api-gateway-1`."""
    caller: str
    callee: str
    port: int
    """Where the caller finds it."""
    upstream: int
    """Where the callee listens."""
    host: str = LOOPBACK
    """Of whoever carries the call."""
    upstream_host: str = LOOPBACK

    @property
    def url(self) -> str:
        """Where the caller finds it, as it is told."""
        return url(self.port, self.host)


@dataclass(frozen=True)
class Topology:
    """All processes, in the order in which they are started."""

    processes: tuple[Process, ...]
    preload: tuple[str, ...] = ()
    """Modules from outside that are worth loading once; of `module:function`, the function is called as well."""
    places: Places = field(default_factory=Here)

    def instances(self, base: int) -> Iterator[Instance]:
        """Every replica of every process, with its port."""
        for process in self.processes:
            yield from self._replicas(process.name, base)

    def ports(self, base: int) -> list[tuple[int, str]]:
        """Every port of the lab, with the name of who is to listen there."""
        listeners = [(instance.port, instance.name) for instance in self.instances(base)]
        ways = [(edge.port, f"the way {edge.name}") for edge in self.edges(base)]
        return [*listeners, (base + CHANNEL_OFFSET, "the agents' channel"), *ways]

    def edges(self, base: int) -> list[Edge]:
        """Every way between processes of the platform, if some process carries calls; the load is not among them."""
        carrier = next((process for process in self.processes if process.carries_calls), None)
        if carrier is None:
            return []
        (carries,) = self._replicas(carrier.name, base)
        called = self._ways(base, lambda process: process.calls)
        known = self._ways(base, lambda process: process.knows)
        return [
            Edge(
                edge_name(caller, replica), caller, replica.process.name, port, replica.port, carries.host, replica.host
            )
            for first, ways in ((EDGES_OFFSET, called), (FURTHER_OFFSET, known))
            for port, (caller, replica) in enumerate(ways, base + first)
        ]

    def _ways(self, base: int, told: Callable[[Process], Mapping[str, str]]) -> list[tuple[str, Instance]]:
        return [
            (process.name, replica)
            for process in self.processes
            if not process.is_load
            for callee in dict.fromkeys(told(process).values())
            for replica in self._replicas(callee, base)
        ]

    def called_at(self, caller: str, callee: str, base: int) -> list[str]:
        """Return the URLs at which one process finds the replicas of another."""
        ways = [edge.url for edge in self.edges(base) if (edge.caller, edge.callee) == (caller, callee)]
        return ways or self.urls_of(callee, base)

    def named(self, name: str) -> Process:
        """Return the process that is called `name`, in short or in full."""
        for process in self.processes:
            if name in (process.name, process.short):
                return process
        raise UnknownName(f"There is no service called {name}.")

    def urls_of(self, name: str, base: int) -> list[str]:
        """Return the URLs of all replicas of one process."""
        return [instance.url for instance in self._replicas(name, base)]

    def spans_go_to(self, base: int) -> str | None:
        """Return the URL of the process that takes spans, if there is one."""
        takers = [process.name for process in self.processes if process.takes_spans]
        return self.urls_of(takers[0], base)[0] if takers else self.places.spans_go_to

    def instance(self, process: Process, number: int, base: int) -> Instance:
        """Return a replica of one process; those that are not described have the ports that follow."""
        name = process.name if process.name == process.short else f"{process.name}-{number}"
        return Instance(name, process, number, base + process.offset + number - 1, self.places.host(name))

    def _replicas(self, name: str, base: int) -> list[Instance]:
        process = self.named(name)
        return [self.instance(process, number, base) for number in range(1, process.replicas + 1)]

    def environment(self, instance: Instance, site: Site) -> dict[str, str]:
        """Everything that `instance` is told, by environment variable."""
        process, prefix = instance.process, instance.process.prefix
        settings = {"HOST": self.places.listens, "PORT": str(instance.port), "INSTANCE": instance.name}
        if process.joins_channel:
            channel = f"{self.places.host(CONTROLLER)}:{site.channel_port}"
            settings |= {"CHANNEL": channel, "CHANNEL_KEY_FILE": str(site.home.key_file)}
        settings |= {
            setting: self.called_at(process.name, peer, site.base)[0]
            for setting, peer in {**process.calls, **process.knows}.items()
        }
        settings |= {
            setting: self.places.database(site.home, database) for setting, database in process.databases.items()
        }
        if process.computed is not None:
            settings |= process.computed(site, self)
        return {prefix + setting: value for setting, value in settings.items()}

    def waves(self) -> list[list[str]]:
        """Names of processes in the order in which they end: callers before those they call."""
        callers = {p.name: {q.name for q in self.processes if _needs(q, p)} for p in self.processes}
        waves: list[list[str]] = []
        while callers:
            wave = [name for name, left in callers.items() if not left & callers.keys()] or list(callers)
            waves.append(wave)
            callers = {name: left for name, left in callers.items() if name not in wave}
        return waves


def _needs(one: Process, other: Process) -> bool:
    """Whether `one` has something to say to `other` until it has ended."""
    through = other.carries_calls and bool(one.calls)
    # Whatever a switch agent runs in is a service, and services leave spans.
    traced = other.takes_spans and one.joins_channel
    return other.name in one.calls.values() or through or traced


def edge_name(caller: str, replica: Instance) -> str:
    """Return what the way from a caller to a replica is called: the only one of its process goes by that one's name."""
    callee = replica.process
    return f"{caller}->{callee.name if callee.replicas == replica.number == 1 else replica.name}"


def told_edges(edges: Iterable[Edge], listens: str) -> list[dict[str, str]]:
    """Return edges as the process that carries calls is told them; `listens` is the address that it listens on."""
    return [
        {"name": edge.name, "listen": f"{listens}:{edge.port}", "upstream": f"{edge.upstream_host}:{edge.upstream}"}
        for edge in edges
    ]


def modules(processes: Iterable[Process]) -> list[str]:
    """Return the modules that these processes are worth loading beforehand for."""
    return [module for process in processes for module in process.preload]


def url(port: int, host: str = LOOPBACK) -> str:
    """Return the address of a process as others are told it."""
    return f"http://{host}:{port}"


def load(dotted: str) -> Topology:
    """Return the topology that the function `module:function` makes."""
    module, _, function = dotted.partition(":")
    topology = getattr(import_module(module), function)()
    if not isinstance(topology, Topology):
        raise TypeError(f"{dotted} did not return a Topology")
    return topology
