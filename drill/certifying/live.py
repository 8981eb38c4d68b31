"""Certifying a scenario in a lab that runs: seen and paged with the bug, well and silent without it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from drill.catalogue import Entry
from drill.errors import NotJudged
from drill.live.own_lab import OwnLab, own_lab
from drill.live.plays import Play, played
from drill.live.stands import Stood, stood


@dataclass(frozen=True)
class Shown:
    """What came of one scenario."""

    entry: Entry
    plays: Sequence[Play]
    stood: Stood | None
    """What is claimed of repaired code; None where there is nothing to repair."""
    broke_off: str = ""
    """Why it could not be judged to its end."""

    @property
    def problems(self) -> Sequence[str]:
        """Return what is not as it has to be, in sentences."""
        within_s = self.entry.scenario.alert_within
        seen = [f"seed {play.seed}: {problem}" for play in self.plays for problem in play.problems(within_s)]
        broke_off = [self.broke_off] if self.broke_off else []
        claims = self.stood.claims if self.stood else ()
        return [*broke_off, *seen, *(f"repaired: {one.says} {one.seen}" for one in claims if not one.held)]

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "scenario": self.entry.name,
            "shown": not self.problems,
            "problems": list(self.problems),
            "plays": [one.as_json() for one in self.plays],
            "stood": self.stood.as_json() if self.stood else None,
        }


def show(
    entry: Entry, seeds: Sequence[int], heard: Callable[[Play], None] = lambda _: None, *, where: OwnLab | None = None
) -> Shown:
    """Play it once per seed in a lab of its own, and what happens outside to repaired code; two minutes for each.

    With `where`, all of it happens in a lab that runs already.
    """
    plays: list[Play] = []
    try:
        with _lab(where) as lab:
            for seed in seeds:
                plays.append(played(entry.scenario, lab, seed))
                heard(plays[-1])
        if not entry.faults:
            return Shown(entry, plays, None)
        with _lab(where) as lab:
            lab.until(lab.is_quiet)
            return Shown(entry, plays, stood(entry, lab, seeds[0]))
    except NotJudged as error:
        return Shown(entry, plays, None, broke_off=error.message)


def _lab(where: OwnLab | None) -> AbstractContextManager[OwnLab]:
    return own_lab() if where is None else nullcontext(where)
