"""Scenarios by name and tag, and what is wrong with them in the command line's terms."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

from chaos.runner.errors import RunEnded
from chaos.scenario import loading
from chaos.scenario.errors import InvalidScenario, ScenarioError, UnfitScenario, UnknownScenario
from chaos.scenario.model import Scenario
from lab.errors import LabError, UnknownName


class ScenarioInvalid(LabError):
    """A scenario file breaks rules."""

    code = "scenario-invalid"


class ScenarioUnfit(LabError):
    """This lab cannot play the scenario."""

    code = "scenario-unfit"


class CannotBegin(LabError):
    """The lab is not in a state in which anything can be played."""

    code = "cannot-begin"


@contextmanager
def told() -> Iterator[None]:
    """Turn what the runner finds wrong, before anything is touched, into errors of the command line: exit code 2."""
    try:
        yield
    except UnknownScenario as error:
        raise UnknownName(str(error)) from error
    except InvalidScenario as error:
        raise ScenarioInvalid(str(error), hint="docs/adding-a-scenario.md explains every key.") from error
    except UnfitScenario as error:
        raise ScenarioUnfit(str(error), hint="See what can be switched on: lab chaos list") from error
    except (ScenarioError, RunEnded, LookupError) as error:
        raise CannotBegin(str(error), hint="See whether all runs: lab status") from error


def by_name_or_file(scenario: str) -> Scenario:
    """Return the scenario that a person has named: one of the catalogue, or a file that ends in `.toml`."""
    return loading.read_file(Path(scenario)) if scenario.endswith(".toml") else loading.read(scenario)


def chosen(only: Sequence[str], provides: frozenset[str] = frozenset()) -> Sequence[Scenario]:
    """Return the scenarios that a lab which `provides` that can play: all, or those with a name or tag in `only`."""
    everything = loading.catalogue()
    known = sorted({word for one in everything for word in (one.name, *one.tags)})
    for word in only:
        if word not in known:
            near = get_close_matches(word, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
            raise UnknownName(f"There is no scenario or tag {word!r}.", hint=hint)
    wanted = [one for one in everything if not only or {one.name, *one.tags} & set(only)]
    playable = [one for one in wanted if set(one.requires) <= provides]
    if not playable:
        needs = sorted({need for one in wanted for need in one.requires})
        raise UnknownName("No scenario is left to play.", hint=f"Those chosen need {', '.join(needs)}.")
    return playable
