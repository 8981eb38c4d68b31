"""A new life of the controller waits for what the former one has set going: leases that still run, acts on their way.

The real controller, journal and agent in a world whose time passes only when it is told to: the same every time.
"""

from collections.abc import Iterator

import pytest

from chaos.channel import SILENCE_S
from chaos.fanout import LEASE_S
from chaos.lifecycle import State
from chaos.orders import Injection
from tests.support.simulation.claims import MOMENT_S
from tests.support.simulation.lives import OUTSIDE
from tests.support.simulation.wire import Network
from tests.support.simulation.world import Asked, World

FAULT, CUT_OFF, OTHER = "billing.float_drift", "billing-service-1", "billing-service-2"
SEED = 1


@pytest.fixture
def world() -> Iterator[World]:
    """A controller and two replicas, connected."""
    world = World(lambda: None)
    world.begin_life()
    for instance in (CUT_OFF, OTHER):
        world.join(instance, (FAULT,), skew=0.0)
    world.advance(0.6)
    yield world
    world.close()


def inject(world: World, fault: str, *on: str) -> None:
    """Switch something on for a minute."""
    life = world.lives[-1]
    world.asked[SEED] = Asked(fault, on, life, world.clock.now, world.clock.now + 60, None)
    life.ask(life.controller.inject(Injection(fault=fault, on=on, duration_s=60, seed=SEED)))
    world.advance(MOMENT_S)


def states(world: World) -> list[str]:
    """Return what the journal says of all activations, the latest first."""
    with world.journal() as journal:
        return [entry.state for entry in journal.history(10)]


def state(world: World) -> str:
    """Return what the journal says of the only activation."""
    (only,) = states(world)
    return only


def replace_controller(world: World) -> None:
    """Kill it; another one starts at the same moment."""
    world.lives[-1].kill()
    world.begin_life()
    world.advance(MOMENT_S)


def test_it_calls_nothing_reverted_while_a_lease_may_run(world: World) -> None:
    """A replica that is cut off shows the fault until its lease ends, and nobody tells the new life when that is."""
    inject(world, FAULT)
    world.replicas[CUT_OFF].set_network(Network(cut=True))
    replace_controller(world)
    waits_until, shown_for_s = world.lives[-1].born_at + SILENCE_S, 0.0
    while world.clock.now < waits_until - MOMENT_S:
        assert state(world) == State.REVERTING
        shown_for_s += MOMENT_S if world.replicas[CUT_OFF].shown() else 0.0
        world.advance(MOMENT_S)
    assert LEASE_S / 2 < shown_for_s < LEASE_S
    world.advance(2 * MOMENT_S)
    assert not world.replicas[CUT_OFF].shown()
    assert state(world) == State.REVERTED


def test_it_does_not_take_its_own_orders_for_what_was_left(world: World) -> None:
    """The same fault, ordered from the new life while it waits, stays on, also where the old one was seen last."""
    inject(world, FAULT)
    world.replicas[CUT_OFF].set_network(Network(cut=True))
    replace_controller(world)
    world.advance(SILENCE_S / 2)
    inject(world, FAULT)
    assert all(replica.shown() for replica in world.replicas.values())
    assert states(world) == [State.ACTIVE, State.REVERTING]
    world.replicas[CUT_OFF].set_network(Network())
    world.advance(2 * SILENCE_S)
    assert all(replica.shown() for replica in world.replicas.values())
    assert states(world) == [State.ACTIVE, State.REVERTED]


@pytest.mark.parametrize("lands_after_s", [0.3, 1.0, SILENCE_S - MOMENT_S])
def test_it_undoes_once_more_what_may_have_been_on_its_way(world: World, lands_after_s: float) -> None:
    """An act of the former life that lands after it was undone does not stay, nor is it called reverted before."""
    world.act_s = lands_after_s
    inject(world, OUTSIDE, "a->b")
    assert world.effects == set()
    replace_controller(world)
    assert state(world) == State.REVERTING
    world.advance(lands_after_s - MOMENT_S)
    world.advance(SILENCE_S + MOMENT_S)
    assert world.effects == set()
    assert state(world) == State.REVERTED
    with world.journal() as journal:
        assert journal.pending_undo() == []


def test_what_lands_is_there_until_then(world: World) -> None:
    """The former test looks at something: the act does land, in the new life, after the caretaker's last attempt."""
    world.act_s = 1.5
    inject(world, OUTSIDE, "a->b")
    replace_controller(world)
    world.advance(1.5 - 2 * MOMENT_S + 0.01)
    assert world.effects == {SEED}
    assert state(world) == State.REVERTING
