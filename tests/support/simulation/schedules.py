"""Random schedules: what people, machines and networks do to the controller, and what must hold all the time."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from chaos.fanout import LEASE_S
from chaos.orders import Injection
from chaos.sessions import Session
from tests.support.simulation.claims import Claims
from tests.support.simulation.lives import OUTSIDE, Life
from tests.support.simulation.wire import Network, chance
from tests.support.simulation.world import Asked

DRIFT, STATUS = "billing.float_drift", "api.status"
REPLICAS = {"billing-service-1": (DRIFT, STATUS), "billing-service-2": (DRIFT, STATUS), "order-service-1": (STATUS,)}
PLACES: dict[str, list[tuple[str, ...]]] = {
    DRIFT: [(), ("billing-service",), ("billing-service-2",)],
    STATUS: [("billing-service-1",), ("billing-service", "order-service-1")],
    OUTSIDE: [("a->b",), ("c->d",)],
}
NETWORKS: dict[str, Callable[[int], Network]] = {
    "clear": lambda _: Network(),
    "cut": lambda _: Network(cut=True),
    "slow": lambda seed: Network(latency_s=seed / 40),
    "lossy": lambda seed: Network(loses=0.3, chance=chance(seed)),
    "doubling": lambda seed: Network(doubles=0.5, mixes_up_s=0.3, chance=chance(seed)),
    "mixed up": lambda seed: Network(mixes_up_s=1.5, chance=chance(seed)),
}
PASSING = st.sampled_from([0.0, 0.001, 0.01, 0.3, 0.6, 1.1, 2.2, 5.0])
NAMES = st.sampled_from(sorted(REPLICAS))


class Schedules(Claims):
    """One controller's home, three replicas, and an hour of bad luck."""

    @initialize(skews=st.lists(st.sampled_from([-900.0, 0.0, 5e6]), min_size=3, max_size=3))
    def begin(self, skews: list[float]) -> None:
        """Everybody is there, each with a clock of his own."""
        self.world.begin_life()
        for instance, skew in zip(REPLICAS, skews, strict=True):
            self.world.join(instance, REPLICAS[instance], skew)
        self.world.advance(0.6)

    def teardown(self) -> None:
        """Heal everything: in the end nothing is left on, and the journal says so."""
        try:
            self._heal()
        finally:
            self.world.close()

    def _heal(self) -> None:
        world = self.world
        world.disk_is_full = False
        world.break_outside(is_down=False)
        for replica in world.replicas.values():
            replica.set_network(Network())
        for life in world.lives:
            if life.is_hung:
                life.wake()
        if world.lives[-1].is_dead:  # what the latest has left is for one that comes after it
            for life in world.lives:
                life.kill()
            world.begin_life()
        world.advance(3.0)
        for life in [life for life in world.lives if not life.is_dead]:
            life.ask(life.controller.stop(life.controller.activations.unfinished()))
        world.advance(6.0)
        assert not world.effects, "something was left on outside"
        assert not any(replica.shown() for replica in world.replicas.values()), "something was left on"
        with world.journal() as journal:
            assert journal.unfinished() == []
            assert journal.pending_undo() == []

    # What people do.

    @precondition(lambda self: self.world.life())
    @rule(
        data=st.data(),
        fault=st.sampled_from(sorted(PLACES)),
        duration_s=st.sampled_from([0.2, 1.5, 4.0, 60.0]),
        part=st.booleans(),
        then_s=PASSING,
    )
    def inject(self, data: st.DataObject, fault: str, duration_s: float, part: bool, then_s: float) -> None:
        """Somebody orders a fault."""
        life = self._life()
        owners = [None, *(key for key, (owner, _, _) in self.sessions.items() if owner is life)]
        owner = data.draw(st.sampled_from(owners))
        on = data.draw(st.sampled_from(PLACES[fault]))
        seed = len(self.world.asked) + 1
        began = self.world.clock.now if life.is_awake else float("inf")
        self.world.asked[seed] = Asked(fault, on, life, began, began + duration_s, owner)
        order = Injection(fault=fault, on=on, duration_s=duration_s, seed=seed, accept_partial=part, session=owner)
        life.ask(life.controller.inject(order))
        self.world.advance(then_s)

    @precondition(lambda self: self.world.life())
    @rule(data=st.data(), then_s=PASSING)
    def stop(self, data: st.DataObject, then_s: float) -> None:
        """Somebody stops everything, or one thing."""
        life = self._life()
        unfinished = life.controller.activations.unfinished()
        life.ask(life.controller.stop(unfinished[: data.draw(st.integers(1, 4))]))
        self.world.advance(then_s)

    @rule(by_hand=st.booleans(), then_s=PASSING, stays=st.booleans())
    def pull_lever(self, by_hand: bool, then_s: float, stays: bool) -> None:
        """Somebody asks the controller to stop everything for good, or makes the file."""
        life = self.world.life()
        self.lever_since = self.lever_since or self.world.clock.now
        if by_hand or life is None or not life.is_awake:
            (self.world.home / "STOP").touch()
        else:
            life.ask(life.controller.pull_lever("enough"))
        self.world.advance(then_s)
        if not stays:
            self._release_lever()

    @precondition(lambda self: self.lever_since is not None)
    @rule()
    def release_lever(self) -> None:
        """Somebody releases the lever."""
        self._release_lever()

    def _release_lever(self) -> None:
        for life in self.world.lives:
            life.controller.lever.release()
        (self.world.home / "STOP").unlink(missing_ok=True)
        self.lever_since = None

    @precondition(lambda self: self.world.life() and self.world.life().is_awake)
    @rule(ttl_s=st.sampled_from([0.5, 3.0]))
    def begin_session(self, ttl_s: float) -> None:
        """Somebody promises to stay."""
        life = self._life()

        async def begin() -> None:
            session: Session = life.controller.sessions.begin("somebody", ttl_s, life.controller.settle())
            self.sessions[session.id] = (life, self.world.clock.now, ttl_s)

        life.ask(begin())

    @precondition(lambda self: self.sessions)
    @rule(data=st.data())
    def renew_session(self, data: st.DataObject) -> None:
        """Somebody is still there."""
        position = data.draw(st.integers(0, len(self.sessions) - 1))
        key = list(self.sessions)[position]
        life, _, ttl_s = self.sessions[key]

        async def renew() -> None:
            life.controller.sessions.renew(key, life.controller.settle())
            self.sessions[key] = (life, self.world.clock.now, ttl_s)

        if life.is_awake:
            life.ask(renew())

    # What happens to the controller.

    @precondition(lambda self: self.world.life())
    @rule(then_s=PASSING)
    def kill(self, then_s: float) -> None:
        """SIGKILL."""
        self._life().kill()
        self.world.advance(then_s)

    @precondition(lambda self: self.world.life() and self.world.life().is_awake)
    @rule(then_s=PASSING)
    def hang(self, then_s: float) -> None:
        """SIGSTOP, or a machine that does something else for a while."""
        self._life().hang()
        self.world.advance(then_s)

    @precondition(lambda self: any(life.is_hung and not life.is_dead for life in self.world.lives))
    @rule(then_s=PASSING)
    def wake(self, then_s: float) -> None:
        """Every one that hung goes on."""
        for life in self.world.lives:
            if life.is_hung and not life.is_dead:
                life.wake()
        self.world.advance(then_s)

    @precondition(lambda self: self.world.life() and self.world.life().is_awake)
    @rule(within_s=PASSING)
    def end(self, within_s: float) -> None:
        """SIGTERM, and SIGKILL when that takes too long."""
        self._life().end()
        self.world.advance(within_s)
        self._life().kill()

    @precondition(lambda self: self._needs_a_life())
    @rule(then_s=PASSING)
    def begin_life(self, then_s: float) -> None:
        """Somebody starts a controller where there is none, or none that has given a sign for longer than a lease."""
        self.world.begin_life()
        self.world.advance(then_s)

    @precondition(lambda self: self.world.life() is None)
    @rule()
    def lose_epoch(self) -> None:
        """The epoch's file is gone."""
        (self.world.home / "epoch").unlink(missing_ok=True)

    # What happens to the rest of the world.

    @rule(instance=NAMES, skew=st.sampled_from([0.0, -500.0, 1e5]))
    def restart_replica(self, instance: str, skew: float) -> None:
        """A replica comes, or is a new process."""
        self.world.join(instance, REPLICAS[instance], skew)

    @rule(instance=NAMES)
    def end_replica(self, instance: str) -> None:
        """A replica goes."""
        self.world.leave(instance)

    @rule(instance=NAMES, kind=st.sampled_from(sorted(NETWORKS)), seed=st.integers(1, 100), then_s=PASSING)
    def change_network(self, instance: str, kind: str, seed: int, then_s: float) -> None:
        """Frames are lost, doubled, delayed, mixed up, or pass as they should."""
        if (replica := self.world.replicas.get(instance)) is not None:
            replica.set_network(NETWORKS[kind](seed))
        self.world.advance(then_s)

    @rule(then_s=PASSING, stays=st.booleans())
    def fill_disk(self, then_s: float, stays: bool) -> None:
        """The disk is full, for a while."""
        self.world.disk_is_full = True
        self.world.advance(then_s)
        self.world.disk_is_full = stays

    @precondition(lambda self: self.world.disk_is_full)
    @rule()
    def make_room(self) -> None:
        """Somebody makes room on the disk."""
        self.world.disk_is_full = False

    @rule(act_s=st.sampled_from([0.001, 0.2, 0.4]), down_s=PASSING)
    def break_outside(self, act_s: float, down_s: float) -> None:
        """Whoever does things outside of the replicas takes his time, and for a while nothing can be undone there."""
        self.world.act_s = act_s
        self.world.break_outside(is_down=True)
        self.world.advance(down_s)
        self.world.break_outside(is_down=False)

    @rule(days=st.sampled_from([-400, 400]))
    def jump(self, days: int) -> None:
        """The clock on the wall is set."""
        self.world.clock.wall_jumps += timedelta(days=days)

    @rule(seconds=PASSING)
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.world.advance(seconds)

    def _life(self) -> Life:
        life = self.world.life()
        assert life is not None
        return life

    def _needs_a_life(self) -> bool:
        now = self.world.clock.now
        living = [life for life in self.world.lives if not life.is_dead]
        return len(living) < 2 and all(life.is_hung and now - life.awake_at > LEASE_S for life in living)
