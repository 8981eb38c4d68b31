"""What Prometheus says of our rules, as alerts of ours."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from observability.slo.alert import Alert, identity
from observability.slo.rules import Rule, Ruleset


@dataclass(frozen=True)
class Judged:
    """How rules stand."""

    at_s: float | None
    """Of the latest evaluation."""
    problem: str
    alerts: tuple[Alert, ...]
    missing: frozenset[str] = frozenset()
    """Ids of rules that are not loaded."""


def judged(told: Mapping[str, Any], of: Ruleset) -> Judged:
    """Read the `data` of `/api/v1/rules?type=alert`; rules that are not ours are left out.

    Raises LookupError, TypeError or ValueError for what is no such answer.
    """
    known = {(rule.name, frozenset(rule.labels.items())): rule for rule in of.rules}
    found = [
        (rule, one)
        for group in told["groups"]
        for one in group["rules"]
        if (rule := known.get((one["name"], frozenset(one.get("labels", {}).items())))) is not None
    ]
    evaluated = [moment_s(one["lastEvaluation"]) for _, one in found]
    latest = max(evaluated, default=0.0)
    missing = frozenset(rule.id for rule in of.rules) - {rule.id for rule, _ in found}
    return Judged(
        at_s=latest if latest > 0 else None,
        problem=_problem(len(missing), (one for _, one in found), of),
        alerts=tuple(alert for rule, one in found for alert in _alerts(rule, one)),
        missing=missing,
    )


def moment_s(text: str) -> float:
    """Return a time in RFC 3339 as Unix time."""
    return datetime.fromisoformat(text).timestamp()


def _problem(missing: int, rules: Iterable[Mapping[str, Any]], of: Ruleset) -> str:
    if missing:
        file = f"observability/slo/rules/{of.preset.name}.yaml"
        return f"Prometheus has not loaded {missing} of {len(of.rules)} rules: give it {file}."
    return next((f"Prometheus: {one['lastError']}" for one in rules if one.get("health") == "err"), "")


def _alerts(rule: Rule, told: Mapping[str, Any]) -> Iterator[Alert]:
    for one in told.get("alerts") or ():
        labels, active_at_s = dict(one["labels"]), moment_s(one["activeAt"])
        firing = one["state"] == "firing"
        absent = one.get("keepFiringSince")
        yield Alert(
            id=identity(labels),
            rule=rule.id,
            name=rule.name,
            labels=labels,
            state="firing" if firing else "pending",
            severity=rule.severity,
            owner=rule.subject.owner,
            subject=rule.subject.name,
            value=float(one["value"]),
            summary=one.get("annotations", {}).get("summary", ""),
            runbook=rule.subject.runbook,
            dashboard=rule.subject.dashboard,
            active_at_s=active_at_s,
            # Prometheus tells since when the condition holds; it fires as soon as that is long enough.
            fired_at_s=active_at_s + rule.hold_s if firing else None,
            absent_since_s=moment_s(absent) if absent else None,
        )
