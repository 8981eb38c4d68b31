"""`lab chaos schedule`: a night, planned, played and told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click
from rich.console import RenderableType
from rich.table import Table

from chaos.runner.errors import LabFailed
from chaos.runner.night import NightOptions, Planned, plan
from chaos.runner.playing import play
from chaos.runner.ports import Nobody
from chaos.runner.result import RunResult
from chaos.runner.run import Options
from chaos.runner.scheduling import Night, Played
from chaos.scenario.model import Scenario
from lab import durations
from lab.chaos_scenarios import choosing, interruptible, surroundings
from lab.home import Home


@dataclass(frozen=True)
class PlannedNight:
    """A night that can be played, or only be looked at."""

    seed: int
    plays: Sequence[Planned]
    scenarios: dict[str, Scenario]
    keep_data: bool

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"seed": self.seed, "plan": [play.model_dump() for play in self.plays]}

    def drawn(self) -> RenderableType:
        """For people."""
        table = Table("at about", "scenario", "on for", "seed", box=None, header_style="bold", pad_edge=False)
        for one in self.plays:
            at, hold = durations.text(one.begins_s), durations.text(one.hold_s)
            table.add_row(at, one.scenario, hold, str(one.seed))
        table.caption = f"seed {self.seed}"
        return table


def planned(
    *,
    seed: int,
    lasts_s: float,
    pause_s: tuple[float, float],
    hold_s: tuple[float, float],
    concurrent: int,
    only: Sequence[str],
    keep_data: bool,
) -> PlannedNight:
    """Return the night of `seed`. Raises LabError when nothing could be played."""
    with choosing.told():
        catalogue = choosing.chosen(only)
    options = NightOptions(lasts_s=lasts_s, pause_s=pause_s, hold_s=hold_s, concurrent=concurrent)
    plays = plan(catalogue, seed, options)
    if not plays:
        raise click.UsageError("The night is too short for a single scenario. Write a longer --for, or shorter pauses.")
    return PlannedNight(seed, plays, {one.name: one for one in catalogue}, keep_data)


def played(home: Home, night: PlannedNight, *, silent: bool) -> dict[str, Any]:
    """Play the night in `home`; return what came of it, as JSON."""
    around = surroundings.of(home, Nobody())
    plays: list[Played] = []

    async def one(scenario: Scenario, planned: Planned) -> RunResult:
        # Between two plays the data stays: a reset replaces every process, which no night would look like.
        actor = f"lab chaos schedule {night.seed}"
        options = Options(seed=planned.seed, hold_s=planned.hold_s, keep_data=True, actor=actor)
        return await play(scenario, options, around)

    def hear(outcome: Played) -> None:
        plays.append(outcome)
        if not silent:
            click.echo(_line(outcome))

    async def whole() -> tuple[bool, str]:
        finished = await Night(night.scenarios, one, hear).pass_by(night.plays)
        touched = any(one.result and one.result.injected for one in plays)
        problem = ""
        if touched and not night.keep_data:
            try:
                await around.lab.reset()
            except LabFailed as error:
                problem = str(error)
        return finished, problem

    if not silent:
        click.echo(f"A night of {len(night.plays)} scenarios, seed {night.seed}.")
    finished, problem = interruptible.run(whole())
    expected = all(one.result and one.result.outcome == "as-expected" for one in plays)
    return {
        **night.as_json(),
        "finished": finished,
        "as_expected": finished and expected and not problem,
        "problem": problem,
        "plays": [one.model_dump(mode="json") for one in plays],
    }


def summary(answer: dict[str, Any]) -> str:
    """Return what came of a night in two lines."""
    good = sum(1 for one in answer["plays"] if (one["result"] or {}).get("outcome") == "as-expected")
    ended = "The night is over" if answer["finished"] else "The night was interrupted; everything is off"
    problem = f" The lab could not be reset: {answer['problem']}" if answer["problem"] else ""
    return (
        f"{ended}: {good} of {len(answer['plays'])} as expected.{problem}\n"
        f"The same night: lab chaos schedule --seed {answer['seed']}"
    )


def _line(outcome: Played) -> str:
    told = outcome.problem if outcome.result is None else f"{outcome.result.outcome}: {outcome.result.reason}"
    return f"{durations.text(outcome.planned.begins_s):>7}  {outcome.planned.scenario}: {told}"
