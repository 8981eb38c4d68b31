"""Processes, ports and calls, from the topology that the supervisor starts."""

from lab.process import Process
from lab.reference.tables import code, table
from lab.site import CHANNEL_OFFSET, DEFAULT_BASE
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
    return table(("short", "replicas", "port", "settings", "opens"), [*rows, agents])


def calls() -> str:
    """Draw the table of who calls whom."""
    rows = [
        (process.name, callee, code(process.prefix + setting))
        for process in sorted(platform().processes, key=lambda process: process.offset)
        for setting, callee in process.calls.items()
    ]
    return table(("caller", "calls", "at the address in"), rows)


def _instances(process: Process) -> list[str]:
    if process.name == process.short:
        return [process.name]
    return [f"{process.name}-{number}" for number in range(1, process.replicas + 1)]
