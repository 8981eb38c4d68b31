"""What Alertmanager sends to a webhook, version 4 of it, as alerts of ours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from observability.slo.alert import Alert, identity
from observability.slo.document import PENDING
from observability.slo.rules import Rule, Ruleset

MOST_ALERTS = 1000
_SEVERITIES = ("page", "ticket")


class Told(BaseModel):
    """One alert."""

    model_config = ConfigDict(frozen=True)

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    starts_at: datetime = Field(alias="startsAt", description="since when it fires")
    ends_at: datetime = Field(alias="endsAt", description="when it was resolved")


class Webhook(BaseModel):
    """One message: a group of alerts. Other members of it are not needed."""

    model_config = ConfigDict(frozen=True)

    version: Literal["4"]
    alerts: list[Told] = Field(max_length=MOST_ALERTS)


def alert_of(told: Told, rules: Ruleset, values: Mapping[str, float]) -> Alert:
    """Return an alert; `values` has the figures of alerts by id, which Alertmanager does not tell."""
    labels, rule = told.labels, _rule(told.labels, rules)
    severity, over = labels.get("severity", ""), told.status == "resolved"
    fired_at_s = told.starts_at.timestamp()
    return Alert(
        id=identity(labels),
        rule=rule.id if rule else "",
        name=labels.get("alertname", ""),
        labels=labels,
        state=told.status,
        severity=severity if severity in _SEVERITIES else "ticket",
        owner=labels.get("owner", ""),
        subject=labels.get("flow") or labels.get("service", ""),
        value=values.get(identity(labels), 0.0),
        summary=told.annotations.get("summary", ""),
        runbook=told.annotations.get("runbook", PENDING),
        dashboard=told.annotations.get("dashboard", PENDING),
        active_at_s=fired_at_s - (rule.hold_s if rule else 0.0),
        fired_at_s=fired_at_s,
        resolved_at_s=told.ends_at.timestamp() if over else None,
    )


def _rule(labels: Mapping[str, str], rules: Ruleset) -> Rule | None:
    own = labels.items()
    return next((one for one in rules.rules if one.name == labels.get("alertname") and one.labels.items() <= own), None)
