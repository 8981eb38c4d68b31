"""Rules as a rule file of Prometheus. JSON is YAML, so nothing but the standard library is needed to write it."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from observability.slo import promql, wording
from observability.slo.rules import Recording, Rule, Ruleset
from observability.slo.terms import Quotient

FOLDER = Path(__file__).with_name("rules")


def rule_file(of: Ruleset) -> str:
    """Write the rules of a preset: a group per objective, which records first, and one per service for symptoms."""
    groups = ",\n".join(_written(group) for group in (*_objectives(of), *_symptoms(of)))
    return f'{{"groups": [\n{groups}\n]}}\n'


def _written(group: dict[str, Any]) -> str:
    """One rule per line, so that a change shows what has changed."""
    rules = ",\n  ".join(json.dumps(rule, ensure_ascii=False) for rule in group["rules"])
    head = json.dumps({name: value for name, value in group.items() if name != "rules"}, ensure_ascii=False)
    return f'{head[:-1]}, "rules": [\n  {rules}\n]}}'


def _objectives(of: Ruleset) -> list[dict[str, Any]]:
    groups = []
    for objective in of.objectives:
        kept = [record for record in of.recordings if record.objective == objective.id]
        names = {record.term: f'{record.name}{{objective="{record.objective}"}}' for record in kept}
        alerts = [_alert(rule, names) for rule in of.rules if rule.objective == objective]
        groups.append(_group(of, f"objective {objective.id}", [*(_record(record, names) for record in kept), *alerts]))
    return groups


def _symptoms(of: Ruleset) -> list[dict[str, Any]]:
    rules = (rule for rule in of.rules if rule.objective is None)
    by_subject = groupby(rules, lambda rule: rule.subject.name)
    return [_group(of, f"symptoms {name}", [_alert(rule, {}) for rule in some]) for name, some in by_subject]


def _group(of: Ruleset, name: str, rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "interval": promql.duration(of.preset.every_s), "rules": rules}


def _record(record: Recording, recorded: promql.Recorded) -> dict[str, Any]:
    # What is read from a record carries its labels, so a term is made of records altogether or not at all.
    parts = {record.term.part, record.term.whole} if isinstance(record.term, Quotient) else set()
    known = {term: name for term, name in recorded.items() if term in parts} if parts <= recorded.keys() else {}
    return {
        "record": record.name,
        "expr": promql.expression(record.term, known),
        "labels": {"objective": record.objective},
    }


def _alert(rule: Rule, recorded: promql.Recorded) -> dict[str, Any]:
    alert: dict[str, Any] = {
        "alert": rule.name,
        "expr": " and ".join(promql.condition(condition, recorded) for condition in rule.when),
    }
    if rule.hold_s:
        alert["for"] = promql.duration(rule.hold_s)
    return alert | {
        "keep_firing_for": promql.duration(rule.keep_firing_s),
        "labels": dict(rule.labels),
        "annotations": {
            "summary": wording.template(rule.summary),
            "runbook": rule.subject.runbook,
            "dashboard": rule.subject.dashboard,
        },
    }
