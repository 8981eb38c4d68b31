"""Whether a running lab can play a scenario: its faults, what they are aimed at, their figures, and who is probed."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from chaos.runner.wire import Fault, Lever, Param
from chaos.scenario.actions import Action
from chaos.scenario.errors import UnfitScenario
from chaos.scenario.model import Scenario

FREE = frozenset({"setting.change"})
"""Whose parameters are named by what they are aimed at, so that only that can tell whether they are right."""


def ensure_playable(
    scenario: Scenario,
    faults: Mapping[str, Fault],
    lever: Lever,
    *,
    services: Mapping[str, str],
    provides: Collection[str] = (),
) -> None:
    """Raise `UnfitScenario` with a sentence for each reason why `scenario` cannot be played now.

    `faults` is what the controller lists, `services` maps replicas to their services, `provides` is what the lab has.
    """
    names = {*services, *services.values()}
    found = [*_missing(scenario, provides), *_held(lever)]
    for number, action in enumerate(scenario.actions, start=1):
        found += (f"[[action]] {number}: {problem}" for problem in _unfit(action, faults, services))
    for of in sorted(set(scenario.asks()) - names):
        found.append(f"There is no service or replica {of!r} to probe. {_near(of, names)}")
    if found:
        raise UnfitScenario(f"{scenario.name} cannot be played on this lab:", found)


def _missing(scenario: Scenario, provides: Collection[str]) -> Iterator[str]:
    for requirement in scenario.requires:
        if requirement not in provides:
            yield f"It needs {requirement}, which this lab does not run on."


def _held(lever: Lever) -> Iterator[str]:
    if lever.held:
        why = f" ({lever.reason})" if lever.reason else ""
        yield f"The stop lever is held{why}: nothing can be switched on until it is released."


def _unfit(action: Action, faults: Mapping[str, Fault], services: Mapping[str, str]) -> Iterator[str]:
    fault = faults.get(action.fault)
    if fault is None:
        yield f"No process of this lab has {action.fault}. {_near(action.fault, faults)}"
        return
    if fault.active and not action.on:
        yield f"{action.fault} is on already. Stop it first: lab chaos stop {action.fault}"
    targets = {*fault.on, *(services[one] for one in fault.on if one in services)}
    for target in action.on:
        if target not in targets:
            yield f"{action.fault} cannot be aimed at {target!r}. {_near(target, targets)}"
    if action.fault not in FREE:
        yield from _unfit_params(action, {param.name: param for param in fault.params})


def _unfit_params(action: Action, params: Mapping[str, Param]) -> Iterator[str]:
    for name, value in action.params.items():
        if name not in params:
            yield f"{action.fault} has no parameter {name!r}. {_near(name, params)}"
        elif not params[name].allows(value):
            yield f"{name} of {action.fault} cannot be {value!r}: {params[name].described()}."
    for name, param in params.items():
        if param.default is None and name not in action.params:
            meaning = ", ".join(part for part in (param.summary, param.unit) if part)
            yield f"{action.fault} needs {name} ({meaning}). Write params = {{ {name} = … }}."


def _near(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known, n=2, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"There are: {', '.join(sorted(known))}." if known else "There are none."
