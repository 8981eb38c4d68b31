"""One replica under supervision: started, watched until it is ready, started again when it crashes."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from lab import probe
from lab.child import Orders
from lab.errors import StartFailed
from lab.eventlog import EventLog, now
from lab.launcher import Launcher, LaunchFailed, Running
from lab.process import Instance

State = Literal["stopped", "starting", "ready", "not ready", "crashed", "stopping"]

GRACE_S = 7.0
"""Time to end after SIGTERM; the services give themselves 5 s for the requests under way."""
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 10.0
SOUND_AFTER_S = 2.0
"""A replica that was ready and lived this long has not crashed for the same reason again."""
PROBE_EVERY_S = 0.03
PROBE_LATER_EVERY_S = 0.25
EAGER_S = 5.0
"""What is not ready by then is in trouble, and its log is better read without hundreds of questions in it."""
PROBE_WITHIN_S = 2.0


class Replica:
    """Keeps one process going, from `start` until `stop`."""

    def __init__(
        self,
        instance: Instance,
        launcher: Launcher,
        orders: Callable[[], Orders],
        log: EventLog,
        *,
        ready_within_s: float,
        changed: Callable[["Replica"], None],
        key_file: Path | None = None,
    ) -> None:
        self.instance = instance
        self.key_file = key_file
        self.state: State = "stopped"
        self.restarts = 0
        self.started_at = ""
        self.ready_ms = 0
        self._launcher = launcher
        self._orders = orders
        self._log = log
        self._ready_within_s = ready_within_s
        self._changed = changed
        self._running: Running | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._settled: asyncio.Future[str] | None = None

    @property
    def name(self) -> str:
        """The replica's name, `order-service-1`."""
        return self.instance.name

    @property
    def pid(self) -> int | None:
        """Its process id, while it has a process."""
        return self._running.pid if self._running else None

    @property
    def running(self) -> Running | None:
        """Its process, while it has one."""
        return self._running

    def start(self) -> None:
        """Begin to keep it going; `settled` tells how that went."""
        if self._keeper is None:
            self._settled = asyncio.get_running_loop().create_future()
            self._become("starting")
            self._keeper = asyncio.create_task(self._keep())

    async def settled(self) -> None:
        """Wait until it is ready. Raises StartFailed when its process ends first, or takes too long."""
        assert self._settled is not None  # noqa: S101 -- started before it is waited for
        if problem := await asyncio.shield(self._settled):
            raise StartFailed(f"{self.name} {problem}")

    async def stop(self) -> None:
        """End it: SIGTERM, and SIGKILL if it does not go."""
        if self._keeper is None:
            return
        self._keeper.cancel()
        await asyncio.gather(self._keeper, return_exceptions=True)
        self._keeper = None
        if self._running is not None:
            self._become("stopping")
            await self._end(self._running)
        self._running = None
        self._settle("was stopped")
        self._become("stopped")

    def signal(self, number: signal.Signals) -> bool:
        """Send its process a signal; tell whether there is one. What is being ended is not stopped on the way."""
        if self._running is None or (number == signal.SIGSTOP and self.state == "stopping"):
            return False
        self._running.send(number)
        return True

    async def _end(self, running: Running) -> None:
        for number, patience_s in ((signal.SIGTERM, GRACE_S), (signal.SIGKILL, GRACE_S)):
            running.send(number)
            if number == signal.SIGTERM:
                running.send(signal.SIGCONT)  # one that was stopped would not hear of it otherwise
            await asyncio.wait([running.ended], timeout=patience_s)
            if running.ended.done():
                return
            self._log.warning("replica.lingers", instance=self.name, signal=number.name, waited_s=patience_s)

    async def _keep(self) -> None:
        crashes = 0
        while True:
            began = time.monotonic()
            how = await self._run_once(began)
            sound = self.state == "ready" and time.monotonic() - began > SOUND_AFTER_S
            crashes = 1 if sound else crashes + 1
            pause_s = min(FIRST_PAUSE_S * 2 ** (crashes - 1), LONGEST_PAUSE_S)
            self._settle(f"ended ({how}) before it was ready.")
            self.restarts += 1
            self._log.warning("replica.exited", instance=self.name, how=how, again_in_s=pause_s, restarts=self.restarts)
            self._become("crashed")
            await asyncio.sleep(pause_s)
            self._become("starting")

    async def _run_once(self, began: float) -> str:
        try:
            self._running = await self._launcher.start(self._orders())
        except LaunchFailed as error:
            return str(error)
        self.started_at = now()
        self._become("starting")
        watcher = asyncio.create_task(self._watch(began))
        try:
            return await asyncio.shield(self._running.ended)
        finally:
            watcher.cancel()
            if self._running.ended.done():
                self._running = None

    async def _watch(self, began: float) -> None:
        while time.monotonic() - began < self._ready_within_s:
            if await self.is_ready():
                self.ready_ms = round((time.monotonic() - began) * 1000)
                self._log.info("replica.ready", instance=self.name, pid=self.pid, ready_ms=self.ready_ms)
                self._become("ready")
                self._settle("")
                return
            eager = time.monotonic() - began < EAGER_S
            await asyncio.sleep(PROBE_EVERY_S if eager else PROBE_LATER_EVERY_S)
        self._log.error("replica.not_ready", instance=self.name, pid=self.pid, waited_s=self._ready_within_s)
        self._become("not ready")
        self._settle(f"runs, but was not ready within {self._ready_within_s:g} s.")

    async def is_ready(self) -> bool:
        """Ask it whether it can serve."""
        return await self.readiness() == "ready"

    async def readiness(self) -> Literal["ready", "not ready", "not answering"]:
        """Ask it whether it can serve, and tell a no from silence."""
        process = self.instance.process
        answer = await probe.get(self.instance, process.ready_path, within_s=PROBE_WITHIN_S)
        if answer is None:
            return "not answering"
        return "ready" if answer.status < 400 else "not ready"

    def _become(self, state: State) -> None:
        self.state = state
        with contextlib.suppress(OSError):  # whoever looks on may have gone
            self._changed(self)

    def _settle(self, problem: str) -> None:
        if self._settled is not None and not self._settled.done():
            self._settled.set_result(problem)
