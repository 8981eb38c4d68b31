"""Load shapes: how the number of shoppers changes over time. Each is a file in `shapes/`."""

import tomllib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Annotated, Literal

from loadgen.rules import each, filled, number, one_of, record, rising, string

FOLDER = Path(__file__).parent / "shapes"
MOST_USERS = 2000


class ShapeError(ValueError):
    """There is no such shape, or its file does not follow the rules. The message says what to write instead."""


SECONDS = number(above=0, most=86_400)
PERCENT = number(least=0, most=1000)
CHANCE = number(least=0, most=1)

UNITS = number(least=1, most=99, whole=True)

Bounds = tuple[float, float]


@dataclass(frozen=True)
class Stage:
    """A stretch of time and how many percent of the users asked for shop in it."""

    duration_s: Annotated[float, SECONDS]
    users_percent: Annotated[float, PERCENT]


@dataclass(frozen=True)
class Drift:
    """Stages drawn by chance, the same ones for a seed: mostly usual traffic, now and then a lull or a burst."""

    seed: Annotated[int, number(whole=True)]
    stages: Annotated[int, number(least=2, most=2000, whole=True)]
    duration_s: Annotated[Bounds, rising(SECONDS)]
    usual_percent: Annotated[Bounds, rising(PERCENT)]
    lull_percent: Annotated[Bounds, rising(PERCENT)]
    lull_chance: Annotated[float, CHANCE]
    burst_percent: Annotated[Bounds, rising(PERCENT)]
    burst_chance: Annotated[float, CHANCE]

    def drawn(self) -> tuple[Stage, ...]:
        """Return the stages of this seed."""
        chance = Random(self.seed)  # noqa: S311 -- the same night again is the point
        return tuple(self._stage(chance) for _ in range(self.stages))

    def _stage(self, chance: Random) -> Stage:
        draw = chance.random()
        if draw < self.lull_chance:
            bounds = self.lull_percent
        elif draw < self.lull_chance + self.burst_chance:
            bounds = self.burst_percent
        else:
            bounds = self.usual_percent
        # No stage is over before it begins, whatever rounding makes of its length.
        duration_s = max(round(chance.uniform(*self.duration_s), 1), 0.1)
        return Stage(duration_s, round(chance.uniform(*bounds), 1))


@dataclass(frozen=True)
class Basket:
    """What shoppers buy otherwise than usual: which share of purchases is the page's first product, and how much."""

    favourite_share: Annotated[float, CHANCE]
    units: Annotated[tuple[int, int], rising(UNITS)]


@dataclass(frozen=True)
class Firms:
    """Shoppers who order for one of a few firms: which share of the looks at products is at its orders instead."""

    count: Annotated[int, number(least=1, most=100, whole=True)]
    look_share: Annotated[float, CHANCE]
    page: Annotated[int, number(least=1, most=100, whole=True)]
    """How many orders they look through at once."""


@dataclass(frozen=True)
class Shape:
    """What a shape file holds: stages written out, or the rules by which they are drawn."""

    name: Annotated[str, string]
    summary: Annotated[str, filled]
    """What it is like, in a sentence."""
    after: Annotated[Literal["repeat", "hold"], one_of("repeat", "hold")]
    """What follows the last stage: the first again, or no change."""
    transition: Annotated[Literal["step", "linear"], one_of("step", "linear")] = "step"
    """Step: a stage's number holds throughout it; linear: it is reached at the stage's end."""
    stages: Annotated[tuple[Stage, ...], each(record(Stage))] = ()
    drift: Annotated[Drift | None, record(Drift)] = None
    withdrawn_percent: Annotated[float, number(least=0, most=100)] = 0
    """Of the purchases that programs make: how many are for a product that is not sold any more."""
    basket: Annotated[Basket | None, record(Basket)] = None
    firms: Annotated[Firms | None, record(Firms)] = None

    def __post_init__(self) -> None:
        """Want one source of stages. Raises ValueError."""
        if bool(self.stages) == (self.drift is not None):
            raise ValueError("give either `stages` or `[drift]`")

    @cached_property
    def timeline(self) -> tuple[Stage, ...]:
        """All stages in order."""
        return self.drift.drawn() if self.drift else self.stages

    @cached_property
    def _ends_s(self) -> tuple[float, ...]:
        return tuple(accumulate(stage.duration_s for stage in self.timeline))

    def percent_at(self, elapsed_s: float) -> float:
        """Return how many percent of the users asked for shop `elapsed_s` seconds after the start."""
        whole_s = self._ends_s[-1]
        if elapsed_s >= whole_s:
            if self.after == "hold":
                return self.timeline[-1].users_percent
            elapsed_s %= whole_s
        index = bisect_right(self._ends_s, elapsed_s)
        stage = self.timeline[index]
        if self.transition == "step":
            return stage.users_percent
        gone = 1 - (self._ends_s[index] - elapsed_s) / stage.duration_s
        before = self._percent_before(index)
        return before + (stage.users_percent - before) * gone

    def users_at(self, elapsed_s: float, users: int) -> int:
        """Return how many of `users` shop at that time: at least one while any do, and never more than `MOST_USERS`."""
        percent = self.percent_at(elapsed_s)
        if not users or not percent:
            return 0
        return min(max(round(users * percent / 100), 1), MOST_USERS)

    def _percent_before(self, index: int) -> float:
        if index == 0 and self.after == "hold":
            return 0
        return self.timeline[index - 1].users_percent


def shape_names() -> list[str]:
    """Return the names of all shapes."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def read_shape(name: str) -> Shape:
    """Return the shape called `name`; raise `ShapeError` when there is none."""
    if name not in shape_names():
        raise ShapeError(f"there is no load shape {name!r}; choose one of: {', '.join(shape_names())}")
    return parse_shape(name, (FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def parse_shape(name: str, text: str) -> Shape:
    """Return the shape that `text` (TOML) describes; raise `ShapeError` naming every line that breaks a rule."""
    try:
        return record(Shape)({"name": name, **tomllib.loads(text)})
    except tomllib.TOMLDecodeError as error:
        raise ShapeError(f"shape {name!r} is not TOML: {error}") from error
    except ValueError as error:
        raise ShapeError(f"shape {name!r}: {error}") from error
