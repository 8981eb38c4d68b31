"""Processes, ports and calls, from the topology that the supervisor starts."""

from lab.process import Process
from lab.reference.tables import code, table
from lab.site import CHANNEL_OFFSET, DEFAULT_BASE, EDGES_OFFSET
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
    last = EDGES_OFFSET + len(platform().edges(DEFAULT_BASE)) - 1
    ways = ("", "the ways between the services", f"{DEFAULT_BASE + EDGES_OFFSET} to {DEFAULT_BASE + last}", "", "")
    return table(("short", "replicas", "port", "settings", "opens"), [*rows, agents, ways])


def calls() -> str:
    """Draw the table of who calls whom."""
    rows = [
        (process.name, callee, code(process.prefix + setting), _found_at(process, callee))
        for process in sorted(platform().processes, key=lambda process: process.offset)
        for setting, callee in process.calls.items()
    ]
    return table(("caller", "calls", "at the address in", "port"), rows)


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
