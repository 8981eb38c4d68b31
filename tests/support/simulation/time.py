"""Time that passes only when the simulation says so, and event loops that live in it."""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self

OURS = ("chaos.", "services.chassis.")
DISK_S = 0.001
"""How long one job of a thread takes."""


class Clock:
    """The monotonic clock of whoever is running: `skew` is how far his is from the simulation's own."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.skew = 0.0
        self.wall_jumps = timedelta(0)

    def __call__(self) -> float:
        """Return seconds, as `time.monotonic` does."""
        return self.now + self.skew

    @contextmanager
    def of(self, skew: float) -> Iterator[None]:
        """Have a process run whose clock is `skew` ahead."""
        self.skew = skew
        try:
            yield
        finally:
            self.skew = 0.0

    @contextmanager
    def everywhere(self) -> Iterator[Self]:
        """Be the monotonic clock of all that is simulated, and the wall's for the journal."""
        modules = [module for name, module in sys.modules.items() if name.startswith(OURS)]
        changed = [(module, "monotonic") for module in modules if getattr(module, "monotonic", None) is time.monotonic]
        changed += [(module, "datetime") for module in modules if getattr(module, "datetime", None) is datetime]
        before = [(module, name, getattr(module, name)) for module, name in changed]
        wall = _wall(self)
        for module, name in changed:
            setattr(module, name, self if name == "monotonic" else wall)
        try:
            yield self
        finally:
            for module, name, value in before:
                setattr(module, name, value)


def _wall(clock: Clock) -> type[datetime]:
    class Wall(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Wall":
            moment = datetime.fromtimestamp(1_700_000_000 + clock.now, tz or UTC) + clock.wall_jumps
            return cls.fromisoformat(moment.isoformat())

    return Wall


class Thread(Executor):
    """A thread with one job at a time, each of which takes `DISK_S`."""

    def __init__(self, loop: "Loop") -> None:
        self._loop = loop
        self._jobs: deque[Callable[[], None]] = deque()

    def submit(self, job: Callable[..., Any], /, *arguments: Any, **_: Any) -> Any:
        """Do `job` when its turn has come."""
        self._jobs.append(lambda: job(*arguments))
        self._loop.call_later(DISK_S * len(self._jobs), self._next)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do what is left."""
        del wait, cancel_futures
        while self._jobs:
            self._next()

    def _next(self) -> None:
        if self._jobs:
            self._jobs.popleft()()


class Loop(asyncio.BaseEventLoop):
    """The event loop of one simulated process. It has neither sockets nor threads, and runs when told to."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._selector = self
        self._clock_resolution = 1e-9
        self._threads = Thread(self)

    def time(self) -> float:
        """Return the simulation's time."""
        return self._clock()

    def run_ready(self) -> None:
        """Run whatever can be run without time passing."""
        while self._ready or (self.next_timer() <= self.time()):  # type: ignore[attr-defined]
            self.call_soon(self.stop)
            self.run_forever()

    def next_timer(self) -> float:
        """Return when there is something to do; infinity: not by itself."""
        scheduled = self._scheduled  # type: ignore[attr-defined]
        return min((handle.when() for handle in scheduled if not handle.cancelled()), default=float("inf"))

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Have a simulated thread do it."""
        future: asyncio.Future[Any] = self.create_future()

        def job() -> None:
            try:
                result = func(*args)
            except Exception as error:  # noqa: BLE001 -- handed on to whoever waits
                if not future.done():
                    future.set_exception(error)
            else:
                if not future.done():
                    future.set_result(result)

        (executor or self._threads).submit(job)
        return future

    async def create_server(self, protocol_factory: Any, *_: Any, **__: Any) -> Any:
        """Let `Link` connect to it."""
        return Door(protocol_factory)

    def select(self, _: float | None) -> list[Any]:
        """There is nothing to wait for."""
        return []

    def _process_events(self, event_list: Any) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


class Door:
    """A server that listens."""

    def __init__(self, protocol: Callable[[], asyncio.Protocol]) -> None:
        self.protocol = protocol

    def close(self) -> None:
        """Nobody minds."""
