"""Certifying a scenario in a lab that runs: seen and paged with the bug, well and silent without it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from drill.catalogue import Entry
from drill.live.own_lab import own_lab
from drill.live.plays import Play, played
from drill.live.stands import claims
from drill.proving.judge import Claim


@dataclass(frozen=True)
class Shown:
    """What came of one scenario."""

    entry: Entry
    plays: Sequence[Play]
    stood: Sequence[Claim]
    """What is claimed of repaired code; empty where there is nothing to repair."""

    @property
    def problems(self) -> Sequence[str]:
        """Return what is not as it has to be, in sentences."""
        within_s = self.entry.scenario.alert_within
        seen = [f"seed {play.seed}: {problem}" for play in self.plays for problem in play.problems(within_s)]
        return [*seen, *(f"repaired: {one.says} {one.seen}" for one in self.stood if not one.held)]

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "scenario": self.entry.name,
            "shown": not self.problems,
            "problems": list(self.problems),
            "plays": [one.as_json() for one in self.plays],
            "stood": [{"says": one.says, "held": one.held, "seen": one.seen} for one in self.stood],
        }


def show(entry: Entry, seeds: Sequence[int], heard: Callable[[Play], None] = lambda _: None) -> Shown:
    """Play it once per seed in a lab of its own, and what happens outside to repaired code; two minutes for each.

    Raises `NotJudged` when the lab does not start, or cannot play it.
    """
    plays = []
    with own_lab() as lab:
        for seed in seeds:
            plays.append(played(entry.scenario, lab, seed))
            heard(plays[-1])
    if not entry.faults:
        return Shown(entry, plays, ())
    with own_lab() as lab:
        return Shown(entry, plays, list(claims(entry, lab, seeds[0])))
