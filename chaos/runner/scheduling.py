"""Playing a planned night."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from chaos.runner.errors import RunEnded
from chaos.runner.night import Planned, conflict
from chaos.runner.result import RunResult
from chaos.scenario.errors import ScenarioError
from chaos.scenario.model import Scenario
from chaos.strict import Strict

Play = Callable[[Scenario, Planned], Awaitable[RunResult]]


class Played(Strict):
    """One play of a night that has begun."""

    planned: Planned
    result: RunResult | None
    problem: str | None = None
    """Why it could not begin; then there is no result."""


class Night:
    """Plays planned scenarios, lane by lane. What must not be on together waits for its turn."""

    def __init__(self, scenarios: Mapping[str, Scenario], play: Play, heard: Callable[[Played], None]) -> None:
        self._scenarios = scenarios
        self._play = play
        self._heard = heard
        self._on: list[Scenario] = []
        self._turn = asyncio.Condition()
        self._interrupted = False

    async def pass_by(self, plays: Sequence[Planned]) -> bool:
        """Play everything; return whether it was played to its end.

        When cancelled, what is on is switched off and restored first, and nothing new begins.
        """
        lanes = {play.lane for play in plays}
        tasks = [asyncio.create_task(self._lane([one for one in plays if one.lane == lane])) for lane in lanes]
        try:
            await asyncio.gather(*tasks)
        except asyncio.CancelledError:
            self._interrupted = True
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return not self._interrupted

    async def _lane(self, plays: Sequence[Planned]) -> None:
        for planned in plays:
            await asyncio.sleep(planned.pause_s)
            scenario = self._scenarios[planned.scenario]
            await self._take_turn(scenario)
            try:
                played = await self._played(scenario, planned)
            finally:
                await self._give_turn(scenario)
            self._heard(played)
            if self._interrupted or (played.result and played.result.outcome == "interrupted"):
                self._interrupted = True
                return

    async def _played(self, scenario: Scenario, planned: Planned) -> Played:
        try:
            return Played(planned=planned, result=await self._play(scenario, planned))
        except (ScenarioError, RunEnded, LookupError) as problem:
            return Played(planned=planned, result=None, problem=str(problem))

    async def _take_turn(self, scenario: Scenario) -> None:
        async with self._turn:
            await self._turn.wait_for(lambda: not any(conflict(scenario, other) for other in self._on))
            self._on.append(scenario)

    async def _give_turn(self, scenario: Scenario) -> None:
        async with self._turn:
            self._on.remove(scenario)
            self._turn.notify_all()
