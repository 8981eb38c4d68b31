"""A replica of the platform: the real agent and the real switches, without the thread and the socket."""

import io
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from services.chassis.agent import PAUSE_MAX_S, SILENCE_S, SwitchAgent, _next_state
from services.chassis.channel_frames import Param, encode, read_key
from services.chassis.switches import Switch, Switchboard
from tests.support.simulation.wire import Link, Network

if TYPE_CHECKING:
    from tests.support.simulation.world import World


@dataclass(frozen=True)
class Breakable:
    """Something that can be switched on in a replica."""

    name: str
    summary: str = ""
    params: Sequence[Param] = ()
    scoped: bool = True


class SimulatedReplica:
    """One process. `skew`: how far its monotonic clock is from the simulation's."""

    def __init__(self, world: "World", instance: str, key_file: Path, faults: Sequence[str], skew: float) -> None:
        self.instance, self.service = instance, instance.rpartition("-")[0]
        self.board = Switchboard()
        self.network = Network()
        self.disturbed_at = world.clock.now
        self.faults = tuple(faults)
        self.skew = skew
        self._world = world
        self._key = read_key(key_file)
        self._agent = SwitchAgent(
            "127.0.0.1:1", key_file, instance, self.service, [Breakable(name) for name in faults], self.board
        )
        self._link: Link | None = None
        self._heard_at = 0.0
        self._is_gone = False
        self.dial()

    def shown(self) -> dict[str, Switch]:
        """Return what it shows at this moment."""
        with self._world.clock.of(self.skew):
            return {name: switch for name in self.faults if (switch := self.board.held(name)) is not None}

    def set_network(self, network: Network) -> None:
        """Have its frames take another way."""
        self.network = network
        self.disturbed_at = self._world.clock.now

    def dial(self) -> None:
        """Connect to whoever answers."""
        if self._is_gone or self._link is not None:
            return
        life = self._world.whoever_answers()
        if life is None or self.network.cut:
            self._world.later(PAUSE_MAX_S / 2, self.dial)
            return
        self._session = secrets.token_hex(8)
        self._heard_at = self._world.clock.now
        self._link = link = life.accept(self)
        with self._world.clock.of(self.skew):
            link.to_controller(encode(self._agent._hello(self._session), self._key))
        self._world.later(SILENCE_S, lambda: self._look_at_silence(link))

    def received(self, link: Link, line: bytes) -> None:
        """Do with a frame what the agent's thread does."""
        if link is not self._link:
            return
        self._heard_at = self._world.clock.now
        try:
            with self._world.clock.of(self.skew):
                self._agent._obey(_next_state(io.BytesIO(line), self._key, self._session))
                link.to_controller(encode(self._agent._ack(self._session), self._key))
        except (OSError, ValueError):
            self.ended(link)

    def ended(self, link: Link) -> None:
        """The connection is over, for whatever reason."""
        if link is self._link:
            self.board.clear()
            self._link = None
            link.hang_up("caller")
            self._world.later(PAUSE_MAX_S / 4, self.dial)

    def end(self) -> None:
        """Die: the kernel hangs up."""
        self._is_gone = True
        self.board.clear()
        if self._link is not None:
            self._link.hang_up("caller")
            self._link = None

    def _look_at_silence(self, link: Link) -> None:
        if link is not self._link:
            return
        left_s = self._heard_at + SILENCE_S - self._world.clock.now
        if left_s <= 1e-9:
            self.ended(link)
        else:
            self._world.later(left_s, lambda: self._look_at_silence(link))
