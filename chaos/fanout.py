"""The replicas' side of the controller: what each is told, and who has said that it has it."""

from collections.abc import Callable, Collection
from time import monotonic

import structlog

from chaos.activations import Activation, Activations
from chaos.arming import armed
from chaos.catalogue import Catalogue
from chaos.channel import Channel
from chaos.drivers import Outcome
from chaos.epoch import EpochFile
from chaos.frames import Hello, State
from chaos.listening import listen
from chaos.replica import Replica
from chaos.rollout import Rollout
from chaos.settings import ControllerSettings

LEASE_S = 2.0

log = structlog.get_logger()


class Fanout:
    """Tells replicas the whole state. `settle` does what is overdue; `overtaken` is told of a higher epoch than ours.

    Raises `OSError` when the channel's port is taken or the epoch cannot be written.
    """

    def __init__(
        self,
        settings: ControllerSettings,
        key: bytes,
        activations: Activations,
        settle: Callable[[], float],
        overtaken: Callable[[int], None],
    ) -> None:
        self._epochs = EpochFile(settings.home)
        listening = listen(settings.host, settings.channel_port, "CHAOS_CHANNEL_PORT")
        self.channel = Channel(key, listening, self)
        try:
            self.epoch = self._epochs.rise()
        except OSError:
            listening.close()
            raise
        self.catalogue = Catalogue()
        self._activations = activations
        self._settle = settle
        self._overtaken = overtaken
        self._rollouts: set[Rollout] = set()

    @property
    def mark(self) -> tuple[int, int]:
        """Epoch and revision of what replicas are told now."""
        return self.epoch, self._activations.rev

    def rise(self, above: int = 0) -> None:
        """Take an epoch above `above` and all before. On a full disk it holds for this life only: `OSError`."""
        try:
            self._epochs.rise(above)
        finally:
            self.epoch = self._epochs.current

    def state_for(self, replica: Replica) -> State:
        """Return all that `replica` is to show."""
        self._settle()
        epoch, rev = self.mark
        return State(
            session=replica.session,
            epoch=epoch,
            rev=rev,
            heard_us=replica.heard_us,
            lease_ms=int(LEASE_S * 1e3),
            faults={
                activation.fault: armed(activation, replica.heard_at)
                for activation in self._activations.on()
                if activation.fault in replica.faults and activation.reaches(replica.instance, replica.service)
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

    async def roll_out(self, replicas: Collection[Replica], began: float) -> Outcome:
        """Tell everybody, and wait a little while for `replicas`; `began` is the monotonic time of the request."""
        rollout = Rollout.of(self.mark, began, replicas)
        self._rollouts.add(rollout)
        try:
            self.channel.tell_everybody()
            await rollout.settled()
        finally:
            self._rollouts.discard(rollout)
        return rollout.outcome

    def may_show(self, activation: Activation) -> bool:
        """Tell whether some replica may still show an activation that has ended."""
        return bool(self.channel.lagging(activation.fault, (self.epoch, activation.ended_rev)))

    def _ensure_newest(self, replica: Replica) -> None:
        if replica.held > self.mark:
            # Another controller was obeyed after us, or our epoch file was lost. We know nothing of what it did.
            self._overtaken(replica.held[0])
