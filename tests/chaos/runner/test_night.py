"""A night: the plan is a pure function of its seed, and it is played as planned."""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.runner.errors import ControllerFailed
from chaos.runner.night import OVERHEAD_S, NightOptions, Planned, conflict, plan
from chaos.runner.result import RunResult
from chaos.runner.scheduling import Night, Played
from chaos.scenario.model import Scenario
from tests.chaos.runner.conftest import Stage
from tests.support.polling import poll_until_async
from tests.support.scenario_files import small

LOAD = '[load]\nusers = 40\nshape = "steady"\n\n'
NETWORK = ('fault = "billing.float_drift"', 'fault = "network.latency"\non = ["order-service->payment-service"]')


def scenario(name: str, *changes: tuple[str, str]) -> Scenario:
    """Return the small scenario under another name."""
    return small(*changes).model_copy(update={"name": name})


CATALOGUE = [scenario(name) for name in ("ants", "bees", "cats")]
SPANS = st.tuples(st.floats(0, 60), st.floats(0, 60)).map(lambda pair: (min(pair), max(pair)))
OPTIONS = st.builds(
    NightOptions,
    lasts_s=st.floats(60, 7200),
    pause_s=SPANS,
    hold_s=SPANS,
    concurrent=st.integers(1, 4),
)


@given(st.integers(0, 2**32 - 1), OPTIONS, st.permutations(CATALOGUE))
def test_the_same_seed_is_the_same_night(seed: int, options: NightOptions, shuffled: list[Scenario]) -> None:
    """Whatever order the catalogue is in."""
    assert plan(CATALOGUE, seed, options) == plan(shuffled, seed, options)


@given(st.integers(0, 2**32 - 1), OPTIONS)
def test_a_night_keeps_its_options(seed: int, options: NightOptions) -> None:
    """Pauses, holding times, lanes, length; no scenario twice in a row in one lane."""
    plays = plan(CATALOGUE, seed, options)
    assert [play.begins_s for play in plays] == sorted(play.begins_s for play in plays)
    for lane in range(options.concurrent):
        ours = [play for play in plays if play.lane == lane]
        assert all(one.scenario != after.scenario for one, after in pairwise(ours))
        ends_s = 0.0
        for play in ours:
            assert play.begins_s == pytest.approx(ends_s + play.pause_s, abs=0.1)
            assert options.pause_s[0] - 0.1 <= play.pause_s <= options.pause_s[1] + 0.1
            assert options.hold_s[0] - 0.1 <= play.hold_s <= options.hold_s[1] + 0.1
            ends_s = play.begins_s + play.hold_s + OVERHEAD_S
        assert ends_s <= options.lasts_s + 0.5
    assert len({play.seed for play in plays}) == len(plays)
    assert {play.lane for play in plays} <= set(range(options.concurrent))


def test_another_seed_is_another_night() -> None:
    """Nearly always; for these it is known."""
    nights = {plan(CATALOGUE, seed, NightOptions()) for seed in range(20)}
    assert len(nights) == 20


def test_more_lanes_leave_the_first_as_it_is() -> None:
    """A night with company is the same night."""
    alone = plan(CATALOGUE, 5, NightOptions())
    together = plan(CATALOGUE, 5, NightOptions(concurrent=3))
    assert tuple(play for play in together if play.lane == 0) == alone


def test_what_must_not_be_on_together() -> None:
    """The same scenario, the same fault in the same place, two loads; anything else may."""
    plain, network = scenario("ants", (LOAD, "")), scenario("bees", (LOAD, ""), NETWORK)
    elsewhere = scenario("cats", (LOAD, ""), (NETWORK[0], NETWORK[1].replace("order-service->", "edge->")))
    assert conflict(plain, plain)
    assert conflict(plain, scenario("dogs", (LOAD, "")))
    assert conflict(scenario("ants"), scenario("bees", NETWORK))
    assert not conflict(plain, network)
    assert not conflict(network, elsewhere)
    assert not conflict(plain, scenario("bees", NETWORK))


@dataclass
class Stand:
    """Plays that last until they are let go; it sees what is on together."""

    results: dict[str, RunResult | Exception]
    on: list[str] = field(default_factory=list)
    together: set[frozenset[str]] = field(default_factory=set)
    heard: list[Played] = field(default_factory=list)
    hold_s: float = 0.0

    async def play(self, scenario: Scenario, _: Planned) -> RunResult:
        """Be on for a while; then do as told."""
        self.on.append(scenario.name)
        self.together.add(frozenset(self.on))
        try:
            await asyncio.sleep(self.hold_s)
        finally:
            self.on.remove(scenario.name)
        result = self.results[scenario.name]
        if isinstance(result, Exception):
            raise result
        return result


def planned(*names: str) -> list[Planned]:
    """Return plays without pauses, each in a lane of its own."""
    return [
        Planned(lane=lane, begins_s=0, pause_s=0, scenario=name, hold_s=0, seed=lane) for lane, name in enumerate(names)
    ]


@pytest.fixture
async def result(stage: Stage) -> RunResult:
    """What comes of a run."""
    return await stage.play()


async def test_what_conflicts_waits_for_its_turn(result: RunResult) -> None:
    """All of it is played, never both at once."""
    scenarios = {"ants": scenario("ants"), "bees": scenario("bees"), "cats": scenario("cats", (LOAD, ""), NETWORK)}
    stand = Stand(dict.fromkeys(scenarios, result), hold_s=0.05)
    assert await Night(scenarios, stand.play, stand.heard.append).pass_by(planned("ants", "bees", "cats"))
    assert sorted(played.planned.scenario for played in stand.heard) == ["ants", "bees", "cats"]
    assert not any({"ants", "bees"} <= group for group in stand.together)
    assert any(len(group) == 2 for group in stand.together)


async def test_a_play_that_cannot_begin_does_not_end_the_night(result: RunResult) -> None:
    """It is told, and the next one comes."""
    scenarios = {name: scenario(name) for name in ("ants", "bees")}
    stand = Stand({"ants": ControllerFailed("Not there."), "bees": result})
    plays = [play.model_copy(update={"lane": 0}) for play in planned("ants", "bees")]
    assert await Night(scenarios, stand.play, stand.heard.append).pass_by(plays)
    assert [(played.problem, played.result) for played in stand.heard] == [("Not there.", None), (None, result)]


async def test_a_night_that_is_cancelled_restores_and_begins_nothing_more(stage: Stage) -> None:
    """What is on goes off first."""
    heard: list[Played] = []
    one = small()
    night = Night({"small": one}, lambda _, play: stage.play(one, play.seed, hold_s=600), heard.append)
    plays = [play.model_copy(update={"lane": 0}) for play in planned("small", "small")]
    passing = asyncio.create_task(night.pass_by(plays))

    async def on() -> bool:
        return bool(stage.api.on)

    await poll_until_async(on, "the first scenario to be on")
    passing.cancel()
    assert await passing is False
    assert [played.result and played.result.outcome for played in heard] == ["interrupted"]
    assert (stage.api.on, len(stage.api.orders)) == (set(), 1)
