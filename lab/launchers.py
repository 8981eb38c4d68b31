"""Which way each process of a lab is started."""

from collections.abc import Mapping
from typing import Protocol

from lab.eventlog import EventLog
from lab.execlaunch import ExecLauncher
from lab.forklaunch import ForkLauncher
from lab.launcher import Launcher
from lab.process import Process, Topology, modules
from lab.settings import for_processes


class Launchers(Protocol):
    """The ways of one lab."""

    environment: Mapping[str, str]
    """What every process is told besides what follows from the topology; nothing where each has its own."""

    @property
    def forkserver(self) -> int | None:
        """Process id of the fork server, while there is one."""

    async def prepare(self, *, load: bool) -> None:
        """Get ready to start processes, the load among them if `load` is set."""

    def of(self, process: Process) -> Launcher:
        """Return the way in which a process is started."""

    async def memory_kb(self) -> dict[str, int | None]:
        """Return what processes take of memory, by name, where others cannot find that out by their pids."""

    async def containers(self) -> dict[str, str]:
        """Return the state of every container of the lab by its name, back ends included. Raises LabError."""

    async def close(self) -> None:
        """Let go of what was prepared, when everything has ended."""


class Processes:
    """Starts processes of this machine: forks, and programs of their own."""

    def __init__(self, topology: Topology, base: int, log: EventLog, *, lock: int) -> None:
        environment = for_processes(topology.spans_go_to(base))
        self.environment: Mapping[str, str] = environment
        forked = [process for process in topology.processes if process.forked]
        load = [process for process in topology.processes if process.is_load and not process.forked]
        self._forks = ForkLauncher(environment, log, [*topology.preload, *modules(forked)], kept=[lock])
        self._load_modules = modules(load)
        self._for_load, self._execs = (ExecLauncher(environment, kept=[lock]) for _ in range(2))

    @property
    def forkserver(self) -> int | None:
        """Process id of the fork server."""
        return self._forks.pid

    async def prepare(self, *, load: bool) -> None:
        """Start the fork server, and have what the load generator needs loaded."""
        await self._forks.prepare()
        if load:
            await self._for_load.prepare(self._load_modules)

    def of(self, process: Process) -> Launcher:
        """Return the fork server, if the process is to be a fork."""
        if process.forked:
            return self._forks
        return self._for_load if process.is_load else self._execs

    async def memory_kb(self) -> dict[str, int | None]:
        """Return nothing: whoever asks can look."""
        return {}

    async def containers(self) -> dict[str, str]:
        """Return nothing: there are none."""
        return {}

    async def close(self) -> None:
        """End the fork server and what was prepared."""
        await self._for_load.close()
        await self._execs.close()
        await self._forks.close()
