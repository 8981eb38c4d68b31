"""A scenario as an experiment of Chaos Toolkit.

| scenario | experiment |
|---|---|
| `[[steady]]` | steady-state hypothesis, each with its tolerance; with `when`, a probe at that end of the method |
| `[[action]]`, `[[guard]]` | method: `inject` at its time, which the controller stops when a guard trips |
| `[[symptom]]` | method: a probe that waits for it, and fails when it does not come |
| the end | method: `stop`; then the hypothesis again; rollbacks: `stop`, once more |

What Chaos Toolkit has no word for stays behind: page, hints and answer, which are not for those who can read the
experiment, the load, which the description tells, and the reset of the data afterwards.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from chaos.probes.spec import Probe
from chaos.probes.tolerance import Tolerance
from chaos.scenario.actions import Action
from chaos.scenario.model import Guard, Scenario, Steady, Symptom
from chaos.toolkit import experiment
from chaos.toolkit.experiment import Json

DURATIONS = frozenset({"window", "does_not_grow"})
"""Keys whose seconds a file writes with their unit."""
CONTRIBUTIONS = {"latency": "performance", "money": "correctness", "data": "correctness"}
"""Tag → to what one's trust in the platform it contributes, besides its reliability."""


def experiment_of(scenario: Scenario, home: str) -> Json:
    """Return the experiment that plays `scenario` in the lab at `home`. It needs no other file."""
    stops = list(_stops(scenario))
    return {
        "version": experiment.VERSION,
        "title": scenario.title,
        "description": _description(scenario),
        "tags": list(dict.fromkeys([experiment.TAG, scenario.name, f"level-{scenario.level}", *scenario.tags])),
        "contributions": _contributions(scenario),
        "configuration": experiment.configuration(home),
        "controls": [experiment.CONTROL],
        "steady-state-hypothesis": {
            "title": "Nothing is on, and the platform is in its steady state",
            "probes": list(_hypothesis(scenario)),
        },
        "method": [
            *(_wait_for(one, scenario.settle) for one in scenario.steady if one.when == "before"),
            *_timeline(scenario),
            *stops,
            *(_wait_for(one, scenario.settle) for one in scenario.steady if one.when == "after"),
        ],
        "rollbacks": stops,
    }


def keys_of(probe: Probe) -> Json:
    """Return the keys with which a scenario file writes `probe`, its comparison included."""
    given: Json = {"kind": probe.kind}
    given |= probe.model_dump(mode="json", exclude_defaults=True, exclude={"tolerance"})
    given |= probe.tolerance.model_dump(mode="json", exclude_defaults=True)
    return {key: f"{value:g}s" if key in DURATIONS else value for key, value in given.items()}


def _description(scenario: Scenario) -> str:
    told = [f"The scenario {scenario.name} of Nightshift."]
    if scenario.load is not None:
        options = [f"--users {scenario.load.users}"] * (scenario.load.users is not None)
        options += [f"--shape {scenario.load.shape}"] * (scenario.load.shape is not None)
        told.append(f"It wants this load: lab load set {' '.join(options)}")
    if scenario.corrupts_data:
        told.append("It damages data. Remove the damage afterwards: lab reset")
    return "\n".join(told)


def _contributions(scenario: Scenario) -> dict[str, str]:
    return {"reliability": "high"} | {CONTRIBUTIONS[tag]: "high" for tag in scenario.tags if tag in CONTRIBUTIONS}


def _hypothesis(scenario: Scenario) -> Iterator[Json]:
    yield experiment.probe("Nothing is on", "nothing_is_on", {}) | {"tolerance": True}
    for claim in scenario.steady:
        if claim.when == "both":
            arguments = {"probe": keys_of(claim.probe), "within_s": scenario.settle}
            yield experiment.probe(claim.says, "measure", arguments) | {"tolerance": _tolerance(claim.probe.tolerance)}


def _tolerance(wanted: Tolerance) -> Any:
    """Return what Chaos Toolkit has to compare the value with: its own words where it has them."""
    if wanted.equals is not None:
        # It takes whole numbers and text as they are, other numbers only as a range.
        value = wanted.equals
        return value if isinstance(value, str) else int(value) if value == int(value) else _range(value, value)
    if wanted.between is not None:
        return _range(*wanted.between)
    if wanted.at_least is not None:
        return experiment.tolerance("at_least", wanted.at_least)
    return experiment.tolerance("at_most", 0 if wanted.at_most is None else wanted.at_most)  # 0: no growth


def _range(low: float, high: float) -> Json:
    return {"type": "range", "range": [low, high]}


def _timeline(scenario: Scenario) -> Iterator[Json]:
    """Yield actions and symptoms in their order.

    A symptom is waited for once what comes before it is on, for as long as it may take, counted from the beginning; so
    what comes after it can be early, by the time that was left.
    """
    moments: list[tuple[float, Action | Symptom]] = [
        *((action.at, action) for action in scenario.timeline()),
        *((symptom.within, symptom) for symptom in scenario.symptoms),
    ]
    begun_s = reached_s = 0.0
    for moment, one in sorted(moments, key=lambda pair: pair[0]):
        if isinstance(one, Symptom):
            yield _wait_for(one, moment - begun_s)
        else:
            pause_s = moment - reached_s
            yield _inject(one, scenario.guards) | ({"pauses": {"before": pause_s}} if pause_s else {})
            begun_s = moment
        reached_s = moment


def _wait_for(claim: Steady | Symptom, within_s: float) -> Json:
    return experiment.probe(
        claim.says, "comes_true", {"says": claim.says, "probe": keys_of(claim.probe), "within_s": within_s}
    )


def _inject(action: Action, guards: Sequence[Guard]) -> Json:
    arguments: Json = {
        "fault": action.fault,
        "on": list(action.on),
        "params": dict(action.params),
        "duration_s": action.lasts,
        "percent": action.percent,
        "baggage": action.baggage and action.baggage.model_dump(),
        "seed": action.seed,
        "guards": [{"says": one.says, "patience": f"{one.patience:g}s", **keys_of(one.probe)} for one in guards],
    }
    return experiment.action(f"inject {action.fault}", "inject", arguments)


def _stops(scenario: Scenario) -> Iterator[Json]:
    for fault in dict.fromkeys(action.fault for action in reversed(scenario.timeline())):
        yield experiment.action(f"stop {fault}", "stop", {"fault": fault})
