"""What must hold all the time, after every event of a schedule."""

from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from chaos.controller import BEAT_S
from chaos.fanout import LEASE_S
from chaos.lifecycle import State
from services.chassis.switches import Switch
from tests.support.simulation.lives import Life
from tests.support.simulation.replicas import SimulatedReplica
from tests.support.simulation.world import Asked, World

MOMENT_S = 0.05
"""What frames take on a clear network, and more."""
CARETAKER_S = 1.0


class Claims(RuleBasedStateMachine):
    """Looks at a world, and remembers what it has to compare with."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.all_holds)
        self.lever_since: float | None = None
        self.sessions: dict[str, tuple[Life, float, float]] = {}
        self.deadlines: dict[tuple[str, int, str, tuple[int, int]], float] = {}
        self.epochs: dict[int, int] = {}

    @invariant()
    def all_holds(self) -> None:
        """Look at every replica, and outside."""
        assert not self.world.crashes, f"the controller failed: {self.world.crashes[0]!r}"
        for replica in self.world.replicas.values():
            for name, switch in replica.shown().items():
                self._holds(replica, name, switch, self.world.asked[_seed(switch)])
        for seed in self.world.effects:
            self._holds_outside(seed, self.world.asked[seed])
        for life in self.world.lives:
            if life.is_awake:
                over = [one for one in life.controller.activations.on() if one.cause is not None]
                assert not over, "what ended came back"

    def _holds(self, replica: SimulatedReplica, name: str, switch: Switch, asked: Asked) -> None:
        now, seed = self.world.clock.now, _seed(switch)
        assert name == asked.fault
        assert not asked.on or {replica.instance, replica.service} & {*asked.on}, "shown where nobody wanted it"
        assert seed in self.world.intended, "shown without an intent in the journal"
        assert seed not in self.world.reverted, "shown after it was reverted"
        assert asked.life.controller.activations.get(self._id(seed)).state != State.REVERTED, "shown after REVERTED"
        assert now < asked.deadline, "shown after its own deadline"
        assert now - asked.life.last_awake() <= LEASE_S, "shown longer than a lease after its controller was lost"
        assert asked.began >= asked.life.began_anew_at, "came back after its controller had been hung"
        if asked.life.is_dead and replica.network.is_clear and now - replica.disturbed_at > LEASE_S:
            assert now <= asked.life.died_at + MOMENT_S, "shown after its controller was killed"
        assert switch.armed[0] == replica.board.epoch, "armed by a stale controller"
        key = (replica.instance, id(replica), name, switch.armed)
        assert switch.deadline <= self.deadlines.get(key, switch.deadline), "a heartbeat made it last longer"
        self.deadlines[key] = switch.deadline
        assert replica.board.epoch >= self.epochs.get(id(replica), 0)
        self.epochs[id(replica)] = replica.board.epoch
        slack_s = MOMENT_S if self._undisturbed_for(replica, asked) > LEASE_S + BEAT_S else LEASE_S
        if self.lever_since is not None:
            assert now <= self.lever_since + BEAT_S + slack_s, "shown although the lever is held"
        if asked.session is not None:
            _, renewed_at, ttl_s = self.sessions[asked.session]
            assert now <= renewed_at + ttl_s + BEAT_S + slack_s, "shown although its owner is gone"

    def _holds_outside(self, seed: int, asked: Asked) -> None:
        now, world = self.world.clock.now, self.world
        assert seed in world.intended, "done without an intent in the journal"
        assert seed not in world.reverted, "still there after it was reverted"
        if world.outside_is_down or now - world.outside_was_down_at < LEASE_S + CARETAKER_S:
            return
        life = asked.life
        until = min(life.last_awake() + LEASE_S + CARETAKER_S, life.died_at + CARETAKER_S)
        assert now <= until, "its controller is gone, and nobody has undone it"
        assert now <= asked.deadline + LEASE_S + CARETAKER_S + BEAT_S, "still there after its own deadline"

    def _undisturbed_for(self, replica: SimulatedReplica, asked: Asked) -> float:
        if not (replica.network.is_clear and asked.life.is_awake):
            return 0.0
        return self.world.clock.now - max(replica.disturbed_at, asked.life.born_at)

    def _id(self, seed: int) -> str:
        return next(key for key, value in self.world.seeds.items() if value == seed)


def _seed(switch: Switch) -> Any:
    return switch.draw._seed
