"""Certifying a scenario in which no code is wrong: its answer and its probes. That no alert fires is seen live."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chaos.probes.evidence import NoData, Page, Sample, Selector
from chaos.probes.judging import judge
from chaos.probes.spec import Probe, SettingProbe
from chaos.scenario.model import Scenario
from drill.playing.scoring import NOTHING

LIVE = "silence"
"""What cannot be judged without a lab."""


@dataclass(frozen=True)
class Answered:
    """One thing that has to be true of such a scenario."""

    name: str
    says: str
    problem: str = ""
    """Why it is not; empty where it is."""

    @property
    def held(self) -> bool:
        """Whether it is true, as far as that was judged."""
        return not self.problem

    @property
    def verdict(self) -> str:
        """What is to be said of it, in a word."""
        return "judged live" if self.name == LIVE else "holds" if self.held else "fails"

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {**asdict(self), "verdict": self.verdict}


def checks(scenario: Scenario) -> Sequence[Answered]:
    """Return what was found of a scenario in which nothing is on, or only settings are other than declared."""
    is_control = not scenario.actions
    signs = (
        () if is_control else (Answered("signs", "What is on is seen while it is on.", "; ".join(_signs(scenario))),)
    )
    silence = "No alert fires, and the advisor names nobody." if is_control else "No alert fires."
    return [
        Answered("answer", "The answer says what is so.", _answer(scenario)),
        Answered(
            "page", "A person calls: no alert pages.", "" if scenario.alert is None else f"{scenario.alert} does."
        ),
        Answered("probes", "No claim holds without data.", "; ".join(_blind(scenario))),
        *signs,
        Answered(LIVE, silence),
    ]


def _answer(scenario: Scenario) -> str:
    service, hit = scenario.answer.service, {one for action in scenario.actions for one in action.on}
    if not scenario.actions:
        return "" if service == NOTHING else f"Nothing is on, and it says {service}."
    return "" if hit == {service} else f"It says {service}; what is on is on {', '.join(sorted(hit))}."


def _blind(scenario: Scenario) -> Iterator[str]:
    for claim in scenario.claims():
        if asyncio.run(judge(claim.says, claim.probe, Settings({}))).verdict != "no-data":
            yield f"{claim.says}: it does not ask for data"


def _signs(scenario: Scenario) -> Iterator[str]:
    """Judge the claims that ask for settings by what settings are as declared, and by what they are when it is on."""
    steady = [one for one in scenario.steady if isinstance(one.probe, SettingProbe)]
    declared = Settings({name: value for one in steady for name, value in _declared(one.probe)})
    changed = Settings(
        {
            name: value
            for one in scenario.actions
            for name, value in one.params.items()
            if isinstance(value, int | float)
        }
    )
    if changed.values_of.keys() != declared.values_of.keys():
        yield "of each setting that is changed, and of no other, a [[steady]] has to say what it `equals`"
        return
    for sign, on in (*((one, True) for one in scenario.symptoms), *((one, False) for one in steady)):
        for when, table, expected in (("on", changed, on), ("off", declared, not on)):
            if asyncio.run(judge(sign.says, sign.probe, table)).held != expected:
                yield f"{sign.says}: it is {'not ' if expected else ''}so while it is {when}"


def _declared(probe: Probe) -> Iterator[tuple[str, float]]:
    if isinstance(probe, SettingProbe) and isinstance(probe.tolerance.equals, float):
        yield probe.setting, probe.tolerance.equals


@dataclass(frozen=True)
class Settings:
    """Evidence of a platform of which nothing is known but settings, by name."""

    values_of: Mapping[str, float]

    async def values(self, wanted: Selector, ago_s: float = 0.0) -> list[Sample]:
        """Know nothing."""
        del ago_s
        raise NoData(f"nobody knows {wanted}")

    async def increases(self, wanted: Selector, window_s: float) -> list[Sample]:
        """Know nothing."""
        return await self.values(wanted, window_s)

    async def page(self, path: str) -> Page:
        """Know nothing."""
        raise NoData(f"nobody answers GET {path}")

    async def settings(self, name: str, of: str) -> list[Sample]:
        """Return the value of one, for a single replica."""
        if name not in self.values_of:
            raise NoData(f"nobody knows {name} of {of}")
        return [Sample(of, {}, float(self.values_of[name]))]
