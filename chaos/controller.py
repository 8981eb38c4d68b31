"""The controller: decides what is on, has it carried out, and takes it back, whatever happens."""

import asyncio
import secrets
import signal
from collections.abc import Collection, Iterable
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Self

import structlog

from chaos import chronicle
from chaos.activations import Activation, Activations, Transition
from chaos.acts import Acts
from chaos.arming import interrupted, partly_applied
from chaos.care import Caretaker
from chaos.catalogue import Catalogue
from chaos.channel import Channel
from chaos.drivers import Driver, Outcome, Plan
from chaos.drivers.switches import Switches
from chaos.errors import BadParameter, ChaosError
from chaos.fanout import LEASE_S, Fanout
from chaos.guarding import Guarding
from chaos.journal import Journal, Undo
from chaos.keys import channel_key
from chaos.lever import Lever
from chaos.lifecycle import HELD, Cause
from chaos.lifecycle import State as At
from chaos.limits import ensure_room, ensure_share
from chaos.offers import Offers
from chaos.orders import Injection
from chaos.remnants import Remnants
from chaos.requests import Requests
from chaos.scribe import Scribe
from chaos.sessions import Sessions
from chaos.settings import ControllerSettings

BEAT_S = 0.5
SHORTEST_BEAT_S = 0.001
UNDO_WITHIN_S = 3.0
"""How long a stop waits for acts to be taken back before it answers; they are taken back all the same."""

log = structlog.get_logger()


class Controller:
    """One life of the controller, from entering to leaving.

    Raises `OSError` when the channel's port is taken or `settings.home` cannot be written, `ValueError` for a bad key,
    `sqlite3.Error` when the journal cannot be opened.
    """

    def __init__(
        self, settings: ControllerSettings, caretaker: Caretaker | None = None, drivers: Iterable[Driver] = ()
    ) -> None:
        settings.home.mkdir(parents=True, exist_ok=True)
        key = channel_key(settings.key_file)
        self._settings = settings
        self._caretaker = caretaker
        self.activations = Activations(self._noted)
        self._fanout = Fanout(settings, key, self.activations, self.settle, self._overtaken)
        journal = Journal(settings.home / "journal.db")
        self.scribe = Scribe(journal)
        self.requests = Requests(self.scribe)
        self.lever = Lever(settings.home)
        self.sessions = Sessions()
        self._acts = Acts(self.scribe, caretaker, self._tried_to_undo)
        self._remnants = Remnants(self.scribe, self.epoch, journal)
        self._guarding = Guarding(settings.lab_state, self._trip)
        self.switches = Switches(self._fanout)
        self.offers = Offers([self.switches, *drivers])
        self._last_beat = monotonic()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def epoch(self) -> int:
        """Which life of the controller this is; it only rises."""
        return self._fanout.epoch

    @property
    def channel(self) -> Channel:
        """The replicas that are connected."""
        return self._fanout.channel

    @property
    def catalogue(self) -> Catalogue:
        """What replicas have declared."""
        return self._fanout.catalogue

    async def __aenter__(self) -> Self:
        self._last_beat = monotonic()
        await self.channel.open()
        beating = asyncio.create_task(self._beat())
        beating.add_done_callback(_end_with)
        self._tasks = [beating, asyncio.create_task(self._remnants.take_back(self._acts))]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        held = self.activations.held()
        for activation in held:
            self._end(activation, "stopped", "the controller was ended")
        await self.channel.close()
        await self._acts.taken_back([activation.id for activation in held], UNDO_WITHIN_S)
        await self._acts.close()
        await self._guarding.close()
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._note_reverted()
        self.scribe.close()

    async def inject(self, order: Injection, key: str | None = None) -> tuple[Activation, Outcome]:
        """Carry `order` out and wait until everybody concerned shows it; under `key` when it has one.

        Raises `ChaosError`: what was refused has changed nothing; what went wrong on the way, or was not acknowledged
        in time (unless a part is accepted), has been taken back.
        """
        began = self.settle()
        driver = await self.offers.driver_of(order.fault)
        identity = secrets.token_hex(6)
        try:
            self._ensure_allowed(order)
            plan = await driver.plan(identity, _seeded(order))
            ensure_share(plan.replicas, {one.instance for one in self.channel.replicas}, self._settings.max_share)
            self._ensure_allowed(order)  # the lever may have been pulled while it was planned
            activation = self.activations.begin(identity, plan.order, plan.touches, began)
        except ChaosError as refusal:
            self.scribe.note_rejection(chronicle.rejection(identity, order, self.epoch, str(refusal)))
            raise
        if key is not None:
            self.requests.took(key, order, identity)
        try:
            numbers = await self.scribe.intend(chronicle.intent(activation, order, self.epoch, key, plan.undo))
        except ChaosError:
            self.requests.dropped(key)
            self.activations.forget(activation)
            raise
        self._acts.expect(
            activation.id, (Undo(seq, identity, record) for seq, record in zip(numbers, plan.undo, strict=True))
        )
        return await self._carry_out(activation, driver, plan, began)

    async def _carry_out(
        self, activation: Activation, driver: Driver, plan: Plan, began: float
    ) -> tuple[Activation, Outcome]:
        if not self.activations.arm(activation).is_on:
            self._acts.take_back(activation.id)
            raise interrupted(activation.fault)
        try:
            outcome = await self._acts.do(activation, driver, plan, began)
        except ChaosError as problem:
            await self.stop([activation], "not-applied", str(problem))
            raise
        if plan.is_act:
            await self.stop([self.activations.enter(activation, At.ACTIVE)], "done")
            return self.activations.get(activation.id), outcome
        if outcome.missing and not activation.order.accept_partial:
            await self.stop([activation], "not-acknowledged")
            raise partly_applied(activation.fault, outcome)
        activation = self.activations.enter(activation, At.PARTIAL if outcome.missing else At.ACTIVE)
        if not activation.is_on:
            raise interrupted(activation.fault)
        self._guarding.watch(activation)
        return activation, outcome

    async def stop(self, activations: Collection[Activation], cause: Cause = "stopped", detail: str = "") -> Outcome:
        """Switch `activations` off, however often it is asked for, and wait a little while for it to be so.

        An activation that stays `reverting` has a replica that did not answer; its lease ends by itself.
        """
        began = self.settle()
        for activation in activations:
            self._end(activation, cause, detail)
        faults = {activation.fault for activation in activations}
        outcome = await self._fanout.roll_out({one for fault in faults for one in self.switches.having(fault)}, began)
        await self._acts.taken_back([activation.id for activation in activations], UNDO_WITHIN_S)
        self._note_reverted()
        return outcome

    async def pull_lever(self, reason: str) -> tuple[list[Activation], Outcome]:
        """Switch everything off, and refuse new faults until the lever is released."""
        self.lever.pull(reason)
        concerned = self.activations.unfinished()
        return concerned, await self.stop(concerned, "lever", reason)

    def settle(self) -> float:
        """Do what is overdue, before anything else is done or told; return the monotonic time."""
        now = monotonic()
        if now - self._last_beat > LEASE_S:
            # We were hung. Every lease has ended meanwhile, and people have seen the faults go: they stay gone.
            self._start_over("controller-hung")
        self.sessions.lapse(now)
        for activation in self.activations.held():
            owner = activation.order.session
            if activation.deadline <= now:
                self._end(activation, "expired")
            elif owner is not None and not self.sessions.has(owner):
                self._end(activation, "owner-gone")
        return now

    def _ensure_allowed(self, order: Injection) -> None:
        self.lever.ensure_released()
        if (order.guards or order.steady) and self._settings.lab_state is None:
            raise BadParameter("There is no lab to probe (CHAOS_LAB_STATE).", instead="Leave guards and steady out.")
        if order.session is not None:
            self.sessions.get(order.session)
        ensure_room(self.activations, self._settings.max_active)

    def _overtaken(self, epoch: int) -> None:
        self._start_over("replaced", above=epoch)

    async def _trip(self, activation: Activation, problem: str) -> None:
        await self.stop([activation], "guard", problem)

    def _start_over(self, cause: Cause, above: int = 0) -> None:
        for activation in self.activations.held():
            self._end(activation, cause)
        with suppress(OSError):  # On a full disk the new epoch holds for this life only; reverting goes on.
            self._fanout.rise(above)
        self._last_beat = monotonic()
        log.warning("controller.started_over", epoch=self.epoch)

    def _end(self, activation: Activation, cause: Cause, detail: str = "") -> None:
        if self.activations.end(activation, cause, detail):
            self._guarding.leave(activation)
            self._acts.take_back(activation.id)

    def _noted(self, transition: Transition) -> None:
        self.scribe.note(chronicle.event(transition, self.epoch))

    def _tried_to_undo(self, activation_id: str, problem: str | None) -> None:
        if self._remnants.tried(activation_id, problem):
            return
        if problem is not None:
            self.activations.enter(self.activations.get(activation_id), At.REVERT_STUCK, problem)
        self._note_reverted()

    async def _beat(self) -> None:
        while True:
            now = self._last_beat = self.settle()
            if self.lever.is_held:
                for activation in self.activations.held():
                    self._end(activation, "lever", self.lever.reason)
            if self._caretaker is not None:
                self._caretaker.beat()
            self.channel.tell_everybody()
            self._note_reverted()
            self.scribe.flush()
            deadlines = [activation.deadline for activation in self.activations.held()]
            until = min([now + BEAT_S, self.sessions.next_deadline(), *deadlines])
            await asyncio.sleep(max(SHORTEST_BEAT_S, until - monotonic()))

    def _note_reverted(self) -> None:
        for activation in self.activations.unfinished():
            busy = activation.state in HELD or self._acts.has(activation.id)
            if busy or self._fanout.may_show(activation):
                continue
            if (problem := self._guarding.recovery(activation, self._note_reverted)) is not None:
                self.activations.enter(activation, At.RECOVERY_FAILED if problem else At.REVERTED, problem)


def _seeded(order: Injection) -> Injection:
    return order if order.seed is not None else order.model_copy(update={"seed": secrets.randbelow(2**31)})


def _end_with(beating: asyncio.Task[None]) -> None:
    # Without a heart there are no leases. Better to be started again than to answer and do nothing.
    if not beating.cancelled() and (error := beating.exception()):
        log.critical("controller.failed", exc_info=error)
        signal.raise_signal(signal.SIGTERM)
