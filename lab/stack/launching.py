"""Starting and watching containers: what the fork server is to a lab on this machine."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Mapping

from lab.child import Orders
from lab.errors import NoAnswer
from lab.eventlog import EventLog
from lab.launcher import LaunchFailed, Running, how_it_ended
from lab.process import Process, Topology
from lab.stack import changes
from lab.stack.engine import Container, Engine, EngineError, all_memory_kb
from lab.stack.topology import HOME, SITE, described

LOOK_EVERY_S = 0.25
CREATED_WITHIN_S = 180.0
"""How long compose, which starts containers when those they need are healthy, may take at the start."""
KILLED = 128
OFTEN_MISSED = 40
"""Looks in a row without an answer, after which that is written down."""


class ContainerLauncher:
    """Starts the containers that compose has created. One that runs is taken over as it is."""

    def __init__(self, engine: Engine, topology: Topology, log: EventLog) -> None:
        self._engine = engine
        self._topology = topology
        self._log = log
        self._described = {instance.name for instance in topology.instances(SITE.base)}
        self._until = time.monotonic() + CREATED_WITHIN_S
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, orders: Orders) -> Running:
        """Start one, or find it running. Raises LaunchFailed."""
        try:
            self._tell(orders)
            container = await self._brought_up(orders.instance)
            if container.state == "paused":
                await self._engine.unpause(container)
            await self._engine.start(container)
            life = await self._engine.life(container)
        except (EngineError, OSError) as error:
            raise LaunchFailed(str(error)) from error
        if not life.is_running:
            raise LaunchFailed(how_it_ended(_status(life.exit_code)))
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._do(self._watch(container, life.pid, ended))
        turn = asyncio.Lock()

        def send(number: int) -> None:
            self._do(self._send(container, number, turn))

        return Running(life.pid, ended, send, life.started_s)

    def close(self) -> None:
        """Look no more."""
        for task in self._tasks:
            task.cancel()

    def _tell(self, orders: Orders) -> None:
        usual = self._topology.environment(described(self._topology, orders.instance), SITE)
        told = {name: value for name, value in orders.environment.items() if usual.get(name) != value}
        if told != changes.read(HOME, orders.instance):
            changes.write(HOME, orders.instance, told)

    async def _brought_up(self, name: str) -> Container:
        while True:
            container = (await self._engine.containers()).get(name)
            waiting = container is None or container.state == "created"
            if not waiting or name not in self._described or time.monotonic() > self._until:
                break
            await asyncio.sleep(LOOK_EVERY_S)
        if container is None:
            raise LaunchFailed(f"there is no such container: docker compose up -d {name}")
        return container

    async def _watch(self, container: Container, pid: int, ended: "asyncio.Future[str]") -> None:
        missed = 0
        while not ended.done():
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                life = await self._engine.life(container)
                missed = 0
            except EngineError as error:
                missed += 1
                if missed == OFTEN_MISSED:
                    self._log.warning("engine.silent", instance=container.name, problem=str(error))
                continue
            if not ended.done() and (not life.is_running or life.pid != pid):
                ended.set_result(how_it_ended(_status(life.exit_code)))

    async def _send(self, container: Container, number: int, turn: asyncio.Lock) -> None:
        async with turn:  # a process is to hear of signals in the order in which they were sent
            try:
                match number:
                    case signal.SIGSTOP:
                        await self._engine.pause(container)
                    case signal.SIGCONT:
                        await self._engine.unpause(container)
                    case _:
                        await self._engine.kill(container, signal.Signals(number).name)
            except EngineError as error:
                self._log.warning("engine.refused", instance=container.name, problem=str(error))

    def _do(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Launchers:
    """All processes are containers."""

    forkserver = None

    def __init__(self, engine: Engine, topology: Topology, log: EventLog) -> None:
        self._engine = engine
        self._launcher = ContainerLauncher(engine, topology, log)
        self.environment: Mapping[str, str] = {}

    async def prepare(self, *, load: bool) -> None:
        """Nothing: compose has prepared all."""

    def of(self, process: Process) -> ContainerLauncher:
        """Return the one way."""
        del process
        return self._launcher

    async def memory_kb(self) -> dict[str, int | None]:
        """Return what each container of the project takes, by name, back ends included."""
        with contextlib.suppress(EngineError):
            return await all_memory_kb(self._engine, await self._engine.containers())
        return {}

    async def containers(self) -> dict[str, str]:
        """Return the state of every container of the project, as the Engine has it. Raises NoAnswer."""
        try:
            return {name: one.state for name, one in (await self._engine.containers()).items()}
        except EngineError as error:
            raise NoAnswer(str(error), hint="See what runs: docker compose ps -a") from error

    async def close(self) -> None:
        """Look no more."""
        self._launcher.close()
        await self._engine.close()


def _status(exit_code: int) -> int:
    return KILLED - exit_code if exit_code > KILLED else exit_code
