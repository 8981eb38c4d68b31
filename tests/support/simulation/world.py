"""A small world: lives of the controller, replicas, networks, a disk, and time that passes in it event by event."""

import heapq
import itertools
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

import chaos.controller
import chaos.fanout
import chaos.undo
from chaos.journal import Journal
from chaos.settings import ControllerSettings
from chaos.undo import Record
from tests.support.simulation.lives import FullableEpochFile, Life, WatchedJournal
from tests.support.simulation.replicas import SimulatedReplica
from tests.support.simulation.time import Clock

KEY = "5" * 64
MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder of our own in it
BASE = ControllerSettings(port=0, channel_port=0, max_active=4)


@dataclass
class Asked:
    """What was asked for, under its seed."""

    fault: str
    on: tuple[str, ...]
    life: Life
    began: float
    deadline: float
    session: str | None


class World:
    """Everything there is. `watch` is called after every event."""

    def __init__(self, watch: Callable[[], None]) -> None:
        self.clock = Clock()
        self.lives: list[Life] = []
        self.replicas: dict[str, SimulatedReplica] = {}
        self.asked: dict[int, Asked] = {}
        self.seeds: dict[str, int] = {}
        self.intended: set[int] = set()
        self.reverted: set[int] = set()
        self.effects: set[int] = set()
        self.crashes: list[BaseException] = []
        self.act_s = 0.01
        self.disk_is_full = self.outside_is_down = False
        self.outside_was_down_at = 0.0
        self._watch = watch
        self._events: list[tuple[float, int, Callable[[], Any]]] = []
        self._numbers = itertools.count()
        self._leaving = ExitStack()
        self.home = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self._leaving.callback(shutil.rmtree, self.home)
        (self.home / "channel.key").write_text(KEY)
        self._settings = BASE.model_copy(update={"home": self.home})
        self._take_over()

    def _take_over(self) -> None:
        self._leaving.enter_context(self.clock.everywhere())
        config = structlog.get_config()
        structlog.configure(processors=[_unsaid])
        self._leaving.callback(structlog.configure, **config)
        seams: list[tuple[Any, str, Any]] = [
            (chaos.controller, "Journal", lambda file: WatchedJournal(file, self)),
            (chaos.fanout, "EpochFile", lambda home: FullableEpochFile(home, self)),
            (chaos.controller, "_end_with", lambda _: None),
        ]
        for module, name, seam in seams:
            self._leaving.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, seam)
        chaos.undo._HOW["simulated"] = self._undo
        self._leaving.callback(chaos.undo._HOW.pop, "simulated")

    def close(self) -> None:
        """End it."""
        for life in self.lives:
            life.kill()
        self._leaving.close()

    def later(self, seconds: float, act: Callable[[], Any]) -> None:
        """Do something when `seconds` have passed."""
        heapq.heappush(self._events, (self.clock.now + seconds, next(self._numbers), act))

    def advance(self, seconds: float) -> None:
        """Let time pass, event by event."""
        until = self.clock.now + seconds
        while True:
            for life in self.lives:
                if life.is_awake:
                    life.run()
            self._watch()
            soonest = (
                min(life.loop.next_timer() for life in self.lives if life.is_awake) if self._awake() else until + 1
            )
            if self._events:
                soonest = min(soonest, self._events[0][0])
            if soonest > until:
                break
            self.clock.now = max(self.clock.now, soonest)
            while self._events and self._events[0][0] <= self.clock.now:
                heapq.heappop(self._events)[2]()
        self.clock.now = until

    def _awake(self) -> list[Life]:
        return [life for life in self.lives if life.is_awake]

    def break_outside(self, *, is_down: bool) -> None:
        """Have nothing undone outside of the replicas, or again."""
        if self.outside_is_down:
            self.outside_was_down_at = self.clock.now
        self.outside_is_down = is_down

    def begin_life(self) -> None:
        """Start the controller. On a full disk it cannot."""
        try:
            self.lives.append(Life(self, self._settings))
        except OSError:
            assert self.disk_is_full

    def life(self) -> Life | None:
        """Return the newest life that is not dead."""
        return next((life for life in reversed(self.lives) if not life.is_dead), None)

    def whoever_answers(self) -> Life | None:
        """Return whom agents get connected to: a hung one, too, as long as there is no other."""
        awake = self._awake()
        return awake[-1] if awake else self.life()

    def join(self, instance: str, faults: tuple[str, ...], skew: float) -> None:
        """Start a replica, anew if there is one of that name."""
        self.leave(instance)
        self.replicas[instance] = SimulatedReplica(self, instance, self.home / "channel.key", faults, skew)

    def leave(self, instance: str) -> None:
        """End a replica."""
        if (replica := self.replicas.pop(instance, None)) is not None:
            replica.end()

    def journal(self) -> Journal:
        """Return the journal, as whoever comes later finds it."""
        return Journal(self.home / "journal.db")

    def _undo(self, record: Record) -> None:
        if self.outside_is_down:
            raise OSError("nobody answers there")
        self.effects.discard(record["effect"])


def _unsaid(_: Any, __: str, ___: Any) -> Any:
    raise structlog.DropEvent
