"""Processes, ports and calls, from the topology that the supervisor starts."""

from lab.process import Process
from lab.reference.tables import code, table
from lab.site import CHANNEL_OFFSET, DEFAULT_BASE, FURTHER_OFFSET
from lab.topology import platform


def listed() -> str:
    """Draw the table of processes, by port."""
    rows = [
        (
            code(process.short),
            ", ".join(code(instance) for instance in _instances(process)),
            ", ".join(str(DEFAULT_BASE + process.offset + number) for number in range(process.replicas)),
            code(f"{process.prefix}…"),
            ", ".join(code(f"{name}.db") for name in process.databases.values()),
        )
        for process in sorted(platform().processes, key=lambda process: process.offset)
    ]
    agents = ("", "the agents' channel of the controller", str(DEFAULT_BASE + CHANNEL_OFFSET), "", "")
    ways = ("", "the ways between the services", _ports_of_ways(), "", "")
    return table(("short", "replicas", "port", "settings", "opens"), [*rows, agents, ways])


def calls() -> str:
    """Draw the table of who calls whom."""
    rows = [
        (process.name, callee, code(process.prefix + setting), _found_at(process, callee))
        for process in sorted(platform().processes, key=lambda process: process.offset)
        for setting, callee in {**process.calls, **process.knows}.items()
    ]
    return table(("caller", "calls", "at the address in", "port"), rows)


def _ports_of_ways() -> str:
    ports = [edge.port for edge in platform().edges(DEFAULT_BASE)]
    further = DEFAULT_BASE + FURTHER_OFFSET
    first, rest = [port for port in ports if port < further], [port for port in ports if port >= further]
    return " and ".join(f"{some[0]} to {some[-1]}" for some in (first, rest) if some)


def _found_at(process: Process, callee: str) -> str:
    topology = platform()
    if process.is_load:
        urls = topology.urls_of(callee, DEFAULT_BASE)[:1]
    else:
        urls = topology.called_at(process.name, callee, DEFAULT_BASE)
    return ", ".join(url.rpartition(":")[2] for url in urls)


def _instances(process: Process) -> list[str]:
    if process.name == process.short:
        return [process.name]
    return [f"{process.name}-{number}" for number in range(1, process.replicas + 1)]
