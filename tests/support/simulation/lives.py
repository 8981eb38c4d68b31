"""One life of the controller, its caretaker, its journal, and what it does outside of the replicas."""

import asyncio
import json
import sqlite3
from collections.abc import Coroutine, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chaos.caretaker import AGAIN_S, SILENCE_S, TIMES, Duty
from chaos.channel import Channel
from chaos.controller import BEAT_S, Controller
from chaos.drivers import Offer, Outcome, Plan
from chaos.epoch import EpochFile
from chaos.errors import ChaosError
from chaos.fanout import LEASE_S
from chaos.journal import Event, Intent, Journal
from chaos.lever import Lever
from chaos.lifecycle import State
from chaos.orders import Injection
from chaos.settings import ControllerSettings
from chaos.undo import Record
from tests.support.simulation.replicas import SimulatedReplica
from tests.support.simulation.time import Door, Loop, Thread
from tests.support.simulation.wire import Link

if TYPE_CHECKING:
    from tests.support.simulation.world import World

OUTSIDE = "network.latency"
FULL = "database or disk is full"


class WatchedJournal(Journal):
    """The real journal, on a disk that may be full. What is in it for good is noted in `world`."""

    def __init__(self, file: Path, world: "World") -> None:
        super().__init__(file)
        self._world = world
        self.is_lost = False

    def intend(self, intent: Intent) -> list[int]:
        """Write, if the disk takes it."""
        self._ensure_room()
        numbers = super().intend(intent)
        if intent.events[-1].state == State.INTENT:
            self._world.seeds[intent.id] = intent.asked["seed"]
            self._world.intended.add(intent.asked["seed"])
        return numbers

    def append(self, events: Iterable[Event], undone: Iterable[int] = ()) -> None:
        """Write, if the disk takes it."""
        self._ensure_room()
        events = list(events)
        super().append(events, undone)
        for event in events:
            if event.state == State.REVERTED and event.activation in self._world.seeds:
                self._world.reverted.add(self._world.seeds[event.activation])

    def _ensure_room(self) -> None:
        if self._world.disk_is_full or self.is_lost:
            raise sqlite3.OperationalError(FULL)


class FullableEpochFile(EpochFile):
    """The real file, on a disk that may be full."""

    def __init__(self, home: Path, world: "World") -> None:
        super().__init__(home)
        self._world = world

    def rise(self, above: int = 0) -> int:
        """Write, if the disk takes it."""
        if self._world.disk_is_full:
            self.current = max(self._stored(), self.current, above) + 1
            raise OSError(FULL)
        return super().rise(above)


class SimulatedCaretaker:
    """What the caretaker does, with the real book-keeping; its controller may die or fall silent."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._duty = Duty()
        self._heard = 0
        self._ends = False

    def will_do(self, number: int, record: Record) -> None:
        """Hear of an act."""
        self._hear(f"+ {number} {json.dumps(record)}")

    def undone(self, number: int) -> None:
        """Hear that it was taken back."""
        self._hear(f"- {number}")

    def beat(self) -> None:
        """Hear that the controller lives."""
        self._hear(".")

    def close(self) -> None:
        """Its input ends: undo, and once more a little later."""
        self._ends = True
        self._heard += 1
        self._wind_up(TIMES)

    def _wind_up(self, left: int) -> None:
        left -= self._duty.act()
        if left:
            self._world.later(AGAIN_S, lambda: self._wind_up(left))

    def _hear(self, line: str) -> None:
        self._duty.hear(line)
        self._heard += 1
        heard = self._heard
        self._world.later(SILENCE_S, lambda: self._act_when_silent(heard))

    def _act_when_silent(self, heard: int) -> None:
        if heard == self._heard and not self._ends:
            self._duty.act()
            self._world.later(AGAIN_S, lambda: self._act_when_silent(heard))


class Outside:
    """Does things that do not revert by themselves. What it has sent lands, whether or not the sender lives then."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def knows(self, fault: str) -> bool:
        """Tell whether it is this one."""
        return fault == OUTSIDE

    async def offers(self) -> Sequence[Offer]:
        """Return the one."""
        return [Offer(OUTSIDE, "", (), ("a->b", "c->d"))]

    async def plan(self, identity: str, order: Injection) -> Plan:
        """Say how it would be undone."""
        del identity
        return Plan(order, frozenset(order.on), undo=({"kind": "simulated", "effect": order.seed},))

    async def apply(self, plan: Plan, began: float) -> Outcome:
        """Do it."""
        del began
        landed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        seed = plan.order.seed
        assert seed is not None
        assert seed in self._world.intended, "done before it was written down"

        def land() -> None:
            self._world.effects.add(seed)
            if not landed.done() and not landed.get_loop().is_closed():
                landed.set_result(None)

        self._world.later(self._world.act_s, land)
        await landed
        return Outcome()

    async def sustain(self, plan: Plan) -> None:
        """Nothing more."""


class Life:
    """One process of the controller. It may be hung, woken up, ended, killed."""

    def __init__(self, world: "World", settings: ControllerSettings) -> None:
        self.world = world
        self.loop = Loop(world.clock)
        self.is_hung = self.is_dead = False
        self.awake_at = self.born_at = world.clock.now
        self.died_at, self.began_anew_at = float("inf"), 0.0
        self.caretaker = SimulatedCaretaker(world)
        self.links: list[Link] = []
        self.loop.set_task_factory(self._task)
        self.loop.set_exception_handler(self._complain)
        self._allowed: set[asyncio.Task[Any]] = set()
        try:
            self.controller = Controller(settings, self.caretaker, [Outside(world)])  # type: ignore[arg-type]
        except OSError:
            self.loop.close()
            raise
        self.epoch = self.controller.epoch
        self.scribe_thread = self.controller.scribe._thread = Thread(self.loop)  # type: ignore[assignment]
        self.loop.create_task(self.controller.__aenter__())
        self.run()

    @property
    def is_awake(self) -> bool:
        """Whether it does anything."""
        return not (self.is_dead or self.is_hung)

    def run(self) -> None:
        """Do what can be done now."""
        self.loop.run_ready()

    def ask(self, question: Coroutine[Any, Any, Any]) -> None:
        """Have it do something that it may refuse; when it is hung, once it wakes up."""
        task = self.loop.create_task(question)
        self._allowed.add(task)
        if self.is_awake:
            self.run()

    def accept(self, replica: SimulatedReplica) -> Link:
        """Let an agent connect."""
        channel: Channel = self.controller.channel
        assert isinstance(channel._server, Door)
        link = Link(replica, self.loop, channel._server.protocol(), self.world.later)
        self.links.append(link)
        return link

    def last_awake(self) -> float:
        """Return until when it did anything."""
        return self.world.clock.now if self.is_awake else self.awake_at

    def hang(self) -> None:
        """Stop doing anything; its connections stay."""
        self.awake_at, self.is_hung = self.last_awake(), True

    def wake(self) -> None:
        """Go on."""
        self.is_hung, self.born_at = False, self.world.clock.now
        if self.born_at - self.awake_at > LEASE_S + BEAT_S:
            self.began_anew_at = self.born_at
        self.run()

    def end(self) -> None:
        """Leave in good order."""
        self.loop.create_task(self.controller.__aexit__(None, None, None))

    def kill(self) -> None:
        """Die at once: what was under way stays where it is, and the kernel closes what was open."""
        if self.is_dead:
            return
        self.awake_at, self.is_dead = self.last_awake(), True
        self.died_at = self.world.clock.now
        journal = self.controller.scribe._journal
        assert isinstance(journal, WatchedJournal)
        journal.is_lost = True
        journal.close()
        self.controller.channel._listening.close()
        self.caretaker.close()
        for link in self.links:
            link.hang_up("controller")
        self.controller._caretaker = self.controller._acts._caretaker = None
        self.controller.lever = Lever(self.world.home / "nowhere")
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        for _ in range(5):
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()
        self.loop.close()

    def _task(self, loop: asyncio.AbstractEventLoop, coro: Any, context: Any = None) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=loop, context=context)
        task.add_done_callback(self._look_at)
        return task

    def _complain(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is not None and not self.is_dead and not isinstance(error, asyncio.CancelledError):
            self.world.crashes.append(error)

    def _look_at(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or self.is_dead or (error := task.exception()) is None:
            return
        if not (task in self._allowed and isinstance(error, ChaosError)):
            self.world.crashes.append(error)
