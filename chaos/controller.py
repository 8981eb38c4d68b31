"""The controller: decides what is on, tells the replicas, and waits until they have it."""

import asyncio
import signal
from collections.abc import Collection
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Self

import structlog

from chaos.activations import Activation, Activations, Cause
from chaos.catalogue import Catalogue
from chaos.channel import Channel
from chaos.epoch import EpochFile
from chaos.errors import Interrupted, NoReplica, PartlyApplied
from chaos.frames import Armed, Hello, State
from chaos.keys import channel_key
from chaos.listening import listen
from chaos.replica import Replica
from chaos.rollout import BOUND_S, Rollout
from chaos.settings import ControllerSettings

LEASE_S = 2.0
BEAT_S = 0.5
TTL_CAP_S = 3_600.0

log = structlog.get_logger()


class Controller:
    """One life of the controller, from entering to leaving.

    Raises `OSError` when the channel's port is taken or `settings.home` cannot be written, `ValueError` for a bad key.
    """

    def __init__(self, settings: ControllerSettings) -> None:
        settings.home.mkdir(parents=True, exist_ok=True)
        key = channel_key(settings.key_file)
        self._epochs = EpochFile(settings.home)
        self.channel = Channel(key, listen(settings.host, settings.channel_port, "CHAOS_CHANNEL_PORT"), self)
        self.epoch = self._epochs.rise()
        self.catalogue = Catalogue()
        self.activations = Activations()
        self._rollouts: set[Rollout] = set()
        self._last_beat = monotonic()
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._last_beat = monotonic()
        await self.channel.open()
        self._beating = asyncio.create_task(self._beat())
        self._beating.add_done_callback(_end_with)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.channel.close()
        if self._beating is not None:
            self._beating.cancel()
            with suppress(asyncio.CancelledError):
                await self._beating

    async def inject(self, fault: str, duration_s: float, *, accept_partial: bool) -> tuple[Activation, Rollout]:
        """Switch `fault` on for `duration_s` seconds and wait until all replicas that have it show it.

        Raises `UnknownFault`, `NoReplica`, `AlreadyActive`, `Interrupted`; and `PartlyApplied`, with the fault off
        again, when a replica does not acknowledge in time and `accept_partial` is false.
        """
        began = self.settle()
        self.catalogue.ensure_known(fault)
        if not self.having(fault):
            raise NoReplica(f"No replica that has {fault} is connected.", instead="GET /status lists who is.")
        activation = self.activations.begin(fault, duration_s, began)
        rollout = await self._roll_out([fault], began)
        if rollout.missing and not accept_partial:
            await self.stop([activation], "not-acknowledged")
            raise _partly_applied(fault, rollout)
        activation = self.activations.enter(activation, "partial" if rollout.missing else "active")
        if not activation.is_on:
            raise Interrupted(
                f"{fault} was stopped while it was being applied.", instead="Send it again, if it is wanted."
            )
        return activation, rollout

    async def stop(self, activations: Collection[Activation], cause: Cause = "stopped") -> Rollout:
        """Switch `activations` off, however often it is asked for, and wait for the replicas a little while.

        An activation that stays `reverting` has a replica that did not answer; its lease ends by itself.
        """
        began = self.settle()
        for activation in activations:
            self.activations.end(activation, cause)
        rollout = await self._roll_out({activation.fault for activation in activations}, began)
        self._note_reverted()
        return rollout

    def having(self, fault: str) -> list[Replica]:
        """Return the connected replicas that have `fault`."""
        return [replica for replica in self.channel.replicas if fault in replica.faults]

    def settle(self) -> float:
        """Do what is overdue, before anything else is done or told; return the monotonic time."""
        now = monotonic()
        if now - self._last_beat > LEASE_S:
            # We were hung. Every lease has ended meanwhile, and people have seen the faults go: they stay gone.
            self._start_over("controller-hung")
        self.activations.end_expired(now)
        return now

    def state_for(self, replica: Replica) -> State:
        """Return all that `replica` is to show."""
        self.settle()
        return State(
            session=replica.session,
            epoch=self.epoch,
            rev=self.activations.rev,
            heard_us=replica.heard_us,
            lease_ms=int(LEASE_S * 1e3),
            faults={
                activation.fault: _armed(activation, replica.heard_at)
                for activation in self.activations.on()
                if activation.fault in replica.faults
            },
        )

    def joined(self, replica: Replica, hello: Hello) -> None:
        """Take note of what a new replica has."""
        self.catalogue.add(hello.faults)
        self._ensure_newest(replica)
        log.info("replica.joined", instance=replica.instance, pid=replica.pid)

    def heard(self, replica: Replica) -> None:
        """Take note of what a replica holds."""
        self._ensure_newest(replica)
        now = monotonic()
        for rollout in self._rollouts:
            rollout.heard(replica, now)

    def _ensure_newest(self, replica: Replica) -> None:
        if replica.held > (self.epoch, self.activations.rev):
            # Another controller was obeyed after us, or our epoch file was lost. We know nothing of what it did.
            self._start_over("replaced", above=replica.held[0])

    def _start_over(self, cause: Cause, above: int = 0) -> None:
        for activation in self.activations.on():
            self.activations.end(activation, cause)
        with suppress(OSError):  # On a full disk the new epoch holds for this life only; reverting goes on.
            self._epochs.rise(above)
        self.epoch = self._epochs.current
        self._last_beat = monotonic()
        log.warning("controller.started_over", epoch=self.epoch)

    async def _beat(self) -> None:
        while True:
            now = self._last_beat = self.settle()
            self.channel.tell_everybody()
            self._note_reverted()
            await asyncio.sleep(min([BEAT_S, *(activation.deadline - now for activation in self.activations.on())]))

    async def _roll_out(self, faults: Collection[str], began: float) -> Rollout:
        concerned = {replica for fault in faults for replica in self.having(fault)}
        rollout = Rollout.of((self.epoch, self.activations.rev), began, concerned)
        self._rollouts.add(rollout)
        try:
            self.channel.tell_everybody()
            await rollout.settled()
        finally:
            self._rollouts.discard(rollout)
        return rollout

    def _note_reverted(self) -> None:
        for activation in self.activations.unfinished():
            if not activation.is_on and not self.channel.lagging(activation.fault, (self.epoch, activation.ended_rev)):
                self.activations.enter(activation, "reverted")


def _end_with(beating: asyncio.Task[None]) -> None:
    # Without a heart there are no leases. Better to be started again than to answer and do nothing.
    if not beating.cancelled() and (error := beating.exception()):
        log.critical("controller.failed", exc_info=error)
        signal.raise_signal(signal.SIGTERM)


def _armed(activation: Activation, heard_at: float) -> Armed:
    # Everything in a frame counts from the moment at which the replica was last heard, on its own clock: however late
    # the frame arrives, it cannot hold longer than we meant it to.
    left_s = min(activation.deadline - heard_at, TTL_CAP_S)
    return Armed(params={}, ttl_ms=max(1, int(left_s * 1e3)), armed_rev=activation.armed_rev, scope=None, seed=None)


def _partly_applied(fault: str, rollout: Rollout) -> PartlyApplied:
    missing = sorted(one.instance for one in rollout.missing)
    return PartlyApplied(
        f"{fault} is off again: {', '.join(missing)} did not acknowledge within {BOUND_S * 1e3:g} ms.",
        instead='Send it again, or with "accept_partial": true to go on without them.',
        missing=missing,
    )
