"""Claims about a load that is held under a lease."""

import pytest

from loadgen.load import HoldRefused, Load
from loadgen.shape import read_shape

STEADY, SPIKE = read_shape("steady"), read_shape("spike")


class Clock:
    """Tells the time that a test wants."""

    now = 100.0

    def __call__(self) -> float:
        """Return it."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def load(clock: Clock) -> Load:
    """Ten steady shoppers, whom a run has made forty for five seconds."""
    load = Load(STEADY, 10, clock)
    load.hold("run", None, 40, 5.0, idle=False)
    return load


def test_a_hold_that_nobody_renews_lapses(load: Load, clock: Clock) -> None:
    """Forty while it lasts, then ten again."""
    assert (load.users, load.wanted(), load.afterwards) == (
        40, 40, {"state": "running", "users_asked": 10, "shape": "steady"},
    )  # fmt: skip
    clock.now += 5.0
    assert (load.wanted(), load.users, load.afterwards) == (10, 10, None)


def test_a_hold_lasts_as_long_as_it_is_renewed(load: Load, clock: Clock) -> None:
    """Its shape goes on meanwhile, it does not begin anew."""
    load.hold("run", SPIKE, 40, 5.0, idle=False)
    for _ in range(10):
        clock.now += 4.0
        load.hold("run", SPIKE, 40, 5.0, idle=False)
    assert load.wanted() == SPIKE.users_at(40.0, 40)


def test_its_own_shape_goes_on_where_it_would_be_by_now(load: Load, clock: Clock) -> None:
    """As if nobody had held it."""
    load.follow(SPIKE, 10)
    load.hold("another run", STEADY, 40, 5.0, idle=False)
    clock.now += 130.0
    assert (load.shape.name, load.wanted()) == ("spike", SPIKE.users_at(130.0, 10))


def test_a_hold_can_be_released_by_its_holder_only(load: Load) -> None:
    """And by them as often as they like."""
    load.release("somebody")
    assert load.users == 40
    for _ in range(2):
        load.release("run")
        assert (load.users, load.afterwards) == (10, None)


def test_two_do_not_hold_it_at_once(load: Load, clock: Clock) -> None:
    """The second is told how long the first one's lasts; after that it is free."""
    with pytest.raises(HoldRefused, match=r"somebody else holds the load, for 5\.0 s unless"):
        load.hold("second", None, 1, 5.0, idle=False)
    clock.now += 5.0
    load.hold("second", None, 1, 5.0, idle=False)
    with pytest.raises(HoldRefused, match="somebody else"):
        load.hold("run", None, 40, 5.0, idle=False)
    assert load.users == 1


def test_a_person_overrules_it(load: Load, clock: Clock) -> None:
    """What they want stays, also afterwards; who held it is told so, and does not get it back."""
    load.follow(load.shape, 15)
    with pytest.raises(HoldRefused, match="somebody has changed the load"):
        load.hold("run", None, 40, 5.0, idle=False)
    load.release("run")
    clock.now += 5.0
    assert (load.users, load.afterwards) == (15, None)


def test_where_nobody_shopped_nobody_shops_afterwards(clock: Clock) -> None:
    """Also when it lapses; starting the load ends that."""
    load = Load(STEADY, 10, clock)
    load.hold("run", None, 40, 5.0, idle=True)
    load.begin()
    assert (load.wanted(), load.idles, load.afterwards and load.afterwards["state"]) == (40, False, "stopped")
    clock.now += 5.0
    assert (load.wanted(), load.idles) == (0, True)
    load.begin()
    assert (load.wanted(), load.idles) == (10, False)
