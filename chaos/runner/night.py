"""A night: random scenarios with pauses between them. The plan is a pure function of seed, options and catalogue."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from chaos.runner.seeds import derived
from chaos.scenario.model import Scenario
from chaos.strict import Strict

OVERHEAD_S = 60.0
"""What a play takes besides being on, roughly: steady before and after."""


@dataclass(frozen=True)
class NightOptions:
    """How a night is to be. Pairs are the least and the most, seconds."""

    lasts_s: float = 1800.0
    pause_s: tuple[float, float] = (30.0, 120.0)
    hold_s: tuple[float, float] = (60.0, 60.0)
    concurrent: int = 1
    """How many scenarios may be on at once."""


class Planned(Strict):
    """One play of a night."""

    lane: int
    """Plays of one lane come one after the other; as many lanes as scenarios may be on at once."""
    begins_s: float
    """When, counted from the beginning of the night; about, since a play takes as long as it takes."""
    pause_s: float
    """How long nothing comes in this lane before it."""
    scenario: str
    hold_s: float
    seed: int


def plan(catalogue: Sequence[Scenario], seed: int, options: NightOptions) -> tuple[Planned, ...]:
    """Return the plays of the night of `seed`, in the order in which they begin.

    `catalogue` is what may be played. A lane never plays the same scenario twice in a row unless there is only one.
    """
    lanes = (_lane(lane, sorted(one.name for one in catalogue), seed, options) for lane in range(options.concurrent))
    return tuple(sorted(itertools.chain.from_iterable(lanes), key=lambda play: (play.begins_s, play.lane)))


def conflict(one: Scenario, other: Scenario) -> bool:
    """Whether the two must not be on at once: they share a fault and a target, or both bring a load of their own."""
    if one.name == other.name or (one.load is not None and other.load is not None):
        return True
    return any(
        mine.fault == theirs.fault and (not mine.on or not theirs.on or set(mine.on) & set(theirs.on))
        for mine in one.actions
        for theirs in other.actions
    )


def _lane(lane: int, names: Sequence[str], seed: int, options: NightOptions) -> Iterator[Planned]:
    chance = Random(derived(seed, "lane", lane))  # noqa: S311 -- the same night again is the point
    last, at_s = "", 0.0
    for number in itertools.count():
        pause_s = round(chance.uniform(*options.pause_s), 1)
        hold_s = round(chance.uniform(*options.hold_s), 1)
        name = chance.choice([name for name in names if name != last] or names)
        at_s += pause_s
        if at_s + hold_s + OVERHEAD_S > options.lasts_s:
            return
        own_seed = derived(seed, "play", lane, number)
        yield Planned(
            lane=lane,
            begins_s=round(at_s, 1),
            pause_s=pause_s,
            scenario=name,
            hold_s=hold_s,
            seed=own_seed,
        )
        at_s, last = at_s + hold_s + OVERHEAD_S, name
