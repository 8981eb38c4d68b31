"""Which scenario is played, and when it begins: both from the seed."""

from collections.abc import Collection, Mapping, Sequence
from random import Random

from chaos.runner.fitting import ensure_playable
from chaos.runner.seeds import derived
from chaos.runner.wire import Fault, Lever
from chaos.scenario.errors import UnfitScenario
from chaos.scenario.model import Scenario
from drill.errors import NoneFits

DELAY_S = (60.0, 300.0)
SOON_S = (1.0, 10.0)
MESSAGE_S = (75.0, 120.0)
"""When somebody calls where no alert has fired, counted from the beginning of the trouble."""
LONGEST_S = 3500.0
"""Of a drill, from the beginning of the trouble: the controller keeps nothing on for longer than an hour."""
PATIENCE = 2.0
"""How many times the expected duration a drill may take."""


def listed(catalogue: Sequence[Scenario], level: int | None, tag: str | None) -> Sequence[Scenario]:
    """Return the scenarios of a level and with a tag. Raises `NoneFits` when there are none."""
    found = [one for one in catalogue if level in (None, one.level) and (tag is None or tag in one.tags)]
    if not found:
        levels = ", ".join(str(number) for number in sorted({one.level for one in catalogue}))
        tags = ", ".join(sorted({word for one in catalogue for word in one.tags}))
        raise NoneFits("There is no scenario like that.", hint=f"There are the levels {levels}, and the tags {tags}.")
    return found


def playable(
    candidates: Sequence[Scenario],
    faults: Mapping[str, Fault],
    lever: Lever,
    *,
    services: Mapping[str, str],
    provides: Collection[str],
) -> Sequence[Scenario]:
    """Return those that this lab can play now. Raises `NoneFits` when there are none, and tells of no scenario why."""
    if lever.held:
        raise NoneFits("The stop lever is held: nothing can be switched on.", hint="Release it: lab chaos release")
    fit = []
    for one in candidates:
        try:
            ensure_playable(one, faults, lever, services=services, provides=provides)
        except UnfitScenario:
            continue
        fit.append(one)
    if not fit:
        raise NoneFits("This lab can play none of these now.", hint="See whether all runs: lab status")
    return fit


def chosen(candidates: Sequence[Scenario], seed: int) -> Scenario:
    """Return the scenario of a seed."""
    return Random(derived(seed, "scenario")).choice(sorted(candidates, key=lambda one: one.name))  # noqa: S311


def moment_s(seed: int, what: str, bounds: tuple[float, float]) -> float:
    """Return when something happens, seconds within `bounds`."""
    return Random(derived(seed, what)).uniform(*bounds)  # noqa: S311 -- to be had again by its seed


def limit_s(scenario: Scenario) -> float:
    """Return how long a drill may take from the beginning of the trouble, seconds."""
    return min(LONGEST_S, PATIENCE * scenario.duration)


def lasting(scenario: Scenario) -> Scenario:
    """Return the scenario with what lasts to its end lasting to the end of a drill; what is to be short stays short."""
    last_s = max((action.at + action.lasts for action in scenario.actions), default=0.0)
    until_s = max(limit_s(scenario), last_s)
    actions = tuple(
        action.model_copy(update={"lasts": until_s - action.at}) if action.at + action.lasts >= last_s else action
        for action in scenario.actions
    )
    return scenario.model_copy(update={"actions": actions})
