"""What an alert is, and how it goes from one state to the next: as Prometheus has it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from observability.slo import wording
from observability.slo.rules import Rule

State = Literal["pending", "firing", "resolved"]


@dataclass(frozen=True)
class Alert:
    """One alert: a rule, and one group of series that meets it."""

    id: str
    """The same for the same labels, always."""
    rule: str
    name: str
    labels: Mapping[str, str]
    state: State
    severity: str
    owner: str
    subject: str
    """The flow or the service that it is about."""
    value: float
    summary: str
    runbook: str
    dashboard: str
    active_at_s: float
    """Since when the condition holds."""
    fired_at_s: float | None = None
    """Since when it fires."""
    absent_since_s: float | None = None
    """Since when the condition no longer holds, while it still fires."""
    resolved_at_s: float | None = None

    @property
    def group(self) -> str:
        """What it is told together with: whatever else the same owner has with the same subject."""
        return f"{self.owner}/{self.subject}"

    def as_json(self) -> dict[str, Any]:
        """Return it for an answer or for the database."""
        return asdict(self) | {"labels": dict(self.labels), "group": self.group}

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> "Alert":
        """Rebuild an alert from `as_json`."""
        return cls(**{name: value for name, value in members.items() if name != "group"})


def identity(labels: Mapping[str, str]) -> str:
    """Return the id of the alert with these labels, `alertname` included."""
    return hashlib.sha256(json.dumps(sorted(labels.items())).encode()).hexdigest()[:16]


def beginning(rule: Rule, group: tuple[tuple[str, str], ...], value: float, at_s: float) -> Alert:
    """Return the alert of a group that meets a rule for the first time."""
    labels = {"alertname": rule.name, **dict(group), **rule.labels}
    alert = Alert(
        id=identity(labels),
        rule=rule.id,
        name=rule.name,
        labels=labels,
        state="pending",
        severity=rule.severity,
        owner=rule.subject.owner,
        subject=rule.subject.name,
        value=value,
        summary=wording.filled(rule.summary, labels, value),
        runbook=rule.subject.runbook,
        dashboard=rule.subject.dashboard,
        active_at_s=at_s,
    )
    return _fired(alert, rule, at_s)


def holding(alert: Alert, rule: Rule, value: float, at_s: float) -> Alert:
    """Return an alert whose condition holds."""
    summary = wording.filled(rule.summary, alert.labels, value)
    return _fired(replace(alert, value=value, summary=summary, absent_since_s=None), rule, at_s)


def ceasing(alert: Alert, rule: Rule, at_s: float) -> Alert | None:
    """Return an alert whose condition does not hold: still firing for a while, resolved, or gone."""
    if alert.state != "firing":
        return None
    since = at_s if alert.absent_since_s is None else alert.absent_since_s
    if at_s - since < rule.keep_firing_s:
        return replace(alert, absent_since_s=since)
    return replace(alert, state="resolved", absent_since_s=since, resolved_at_s=at_s)


def _fired(alert: Alert, rule: Rule, at_s: float) -> Alert:
    if alert.state == "pending" and at_s - alert.active_at_s >= rule.hold_s:
        return replace(alert, state="firing", fired_at_s=at_s)
    return alert
