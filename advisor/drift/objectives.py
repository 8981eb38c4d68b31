"""Objectives of the document against the rules that are judged by: the same shares, windows and bounds."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from advisor.calm.json_text import Read
from advisor.calm.model import Architecture
from advisor.calm.pointer import below
from advisor.drift.finding import Check, Drift, drift, place
from observability.slo.errors import BadDocument
from observability.slo.presets import Preset
from observability.slo.prometheus import rule_file
from observability.slo.promql import condition
from observability.slo.rules import Ruleset, ruleset

NAME = "objectives"
GROUP = "objective "
ASKED = "GET /api/rules of the evidence store"
BOUND = re.compile(r"> ?([0-9.e-]+)")

Rules = Mapping[str, Mapping[str, str]]
"""Objective → window, or name of a record → the rule as text."""


@dataclass(frozen=True)
class Judged:
    """Rules of one place, and what the document would have them be."""

    what: str
    """`lab`, or the name of a rule file."""
    wanted: Rules
    loaded: Rules
    where: Mapping[str, str]
    """Objective → where its rules were seen."""


def wanted(of: Architecture, preset: Preset) -> Ruleset:
    """Return the rules that follow from the objectives of a document. Raises `BadDocument`."""
    whole = json.loads(json.dumps(of.source.value))
    for part in [*whole.get("nodes", ()), *whole.get("flows", ())]:
        part.get("metadata", {}).pop("alerts", None)
    try:
        return ruleset(whole, preset)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadDocument(f"Objectives cannot be read: {error!r}.") from error


def of_lab(promised: Ruleset, rules: Sequence[Mapping[str, Any]]) -> Judged:
    """Return what `GET /api/rules` has told."""
    ours: dict[str, dict[str, str]] = {one.id: {} for one in promised.objectives}
    for rule in promised.rules:
        if rule.objective is not None:
            text = " and ".join(condition(one) for one in rule.when)
            ours[rule.objective.id][rule.labels["window"]] = f"{text}, for {rule.hold_s:g} s"
    loaded: dict[str, dict[str, str]] = {}
    for one in rules:
        if name := one["labels"].get("objective"):
            loaded.setdefault(name, {})[one["labels"]["window"]] = f"{one['expression']}, for {one['hold_s']:g} s"
    return Judged("lab", ours, loaded, dict.fromkeys(loaded, ASKED))


def of_file(promised: Ruleset, name: str, found: Read) -> Judged:
    """Return what the rule file at `name` says. Raises `BadDocument` when it is none of ours."""
    try:
        groups = [one for one in found.value["groups"] if one["name"].startswith(GROUP)]
        places = {
            one["name"]: f"{name}:{found.position(below('', 'groups', number))[0]}"
            for number, one in enumerate(found.value["groups"])
        }
        loaded = _grouped(groups)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadDocument(f"{name} has not the form of our rule files: {error}.") from error
    ours = _grouped(
        [one for one in json.loads(rule_file(promised))["groups"] if one["name"].startswith(GROUP)],
    )
    where = {one["name"].removeprefix(GROUP): places[one["name"]] for one in groups}
    return Judged(name.rpartition("/")[2], ours, loaded, where)


def _grouped(groups: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    return {one["name"].removeprefix(GROUP): {_key(rule): _text(rule) for rule in one["rules"]} for one in groups}


def _key(rule: Mapping[str, Any]) -> str:
    return str(rule.get("record") or rule["labels"]["window"])


def _text(rule: Mapping[str, Any]) -> str:
    return f"{rule['expr']}, for {rule.get('for', '0s')}"


def compare(of: Architecture, judged: Sequence[Judged]) -> Check:
    """Compare objectives in both directions, with each place that has rules."""
    drifts = [one for rules in judged for one in _objectives(of, rules)]
    return Check(NAME, sum(len(one.wanted) for one in judged), tuple(drifts))


def _objectives(of: Architecture, rules: Judged) -> Iterator[Drift]:
    at = _pointers(of)
    for name in [*rules.wanted, *(one for one in rules.loaded if one not in rules.wanted)]:
        ours, theirs = rules.wanted.get(name), rules.loaded.get(name)
        if ours == theirs:
            continue
        kind = "objective-undeclared" if ours is None else "objective-not-judged" if not theirs else "objective-changed"
        config = of.source.at(at[name]) if name in at else {}
        yield drift(
            kind,
            (rules.what, name),
            declared=_promise(config) if ours is not None else "No control has such an objective.",
            at=place(of, at.get(name, "/flows")),
            seen=_difference(ours or {}, theirs or {}),
            evidence=(rules.where.get(name, rules.what if rules.what != "lab" else ASKED),),
            remedy="Write the rules again (python -m observability.slo), restart what judges, or correct the control.",
        )


def _pointers(of: Architecture) -> dict[str, str]:
    return {
        str(config["control-id"]): pointer
        for part in of.told
        for control in part.controls
        for config, pointer in control.configs()
        if "indicator" in config and "control-id" in config
    }


def _promise(config: Mapping[str, Any]) -> str:
    within = f" within {config['threshold-ms']:g} ms" if "threshold-ms" in config else ""
    return f"{config.get('objective-percent')} % of {config.get('events', 'requests')} are good{within}."


def _difference(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    if not theirs:
        return "No rule judges it."
    if not ours:
        return f"Rules judge it, over {', '.join(theirs)}."
    for window in [*ours, *theirs]:
        one, other = ours.get(window, ""), theirs.get(window, "")
        if one != other:
            bounds, seen = BOUND.findall(one), BOUND.findall(other)
            if one and other and bounds != seen:
                return f"The rule of {window} has the bounds {', '.join(seen)}, which would be {', '.join(bounds)}."
            return f"The rule of {window} is {other or 'not there'}, and would be {one or 'none'}."
    return ""
