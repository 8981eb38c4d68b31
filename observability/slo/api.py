"""Alerts, rules and objectives over HTTP."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from observability.evidence.errors import BadQuery, Unavailable
from observability.evidence.problems import ProblemRoute, responses
from observability.slo.alert import Alert
from observability.slo.budgets import Standing
from observability.slo.promql import condition
from observability.slo.rules import Rule
from observability.slo.runtime import Alerting

MOST = 1000


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)

    preset: str = Field(description="`drill` or `production`")
    evaluated_at_s: float | None = Field(description="when rules were last judged; null: not yet")
    problem: str = Field(description="why they are not judged now; empty when they are")


class AlertsNow(_Answer):
    """What is on."""

    alerts: list[dict[str, Any]] = Field(description="the worst first; `state` is pending or firing")
    groups: list[dict[str, Any]] = Field(description="matters that somebody was told of")


class AlertsPast(_Answer):
    """What fired."""

    alerts: list[dict[str, Any]] = Field(description="the latest first; `state` is firing or resolved")


class Rules(_Answer):
    """What is judged."""

    rules: list[dict[str, Any]] = Field(description="each with its `state`: inactive, pending or firing")


class Objectives(_Answer):
    """How objectives stand."""

    objectives: list[Standing]


def router(alerting: Alerting) -> APIRouter:
    """Return the routes; they need nothing of the application that they become part of."""
    refusals = responses(BadQuery, Unavailable)
    routes = APIRouter(prefix="/api", tags=["alerts"], route_class=ProblemRoute, responses=refusals)

    def answer() -> dict[str, Any]:
        last = alerting.last
        return {
            "preset": alerting.rules.preset.name,
            "evaluated_at_s": last.at_s if last and last.at_s else None,
            "problem": last.problem if last else "",
        }

    @routes.get("/alerts", summary="What is pending or fires")
    async def alerts() -> AlertsNow:
        now = sorted(alerting.board.alerts(), key=_urgency)
        groups = [asdict(group) for group in alerting.groups.values()]
        return AlertsNow(**answer(), alerts=[alert.as_json() for alert in now], groups=groups)

    @routes.get("/alerts/history", summary="What fired, the latest first")
    async def history(limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> AlertsPast:
        return AlertsPast(**answer(), alerts=[alert.as_json() for alert in alerting.history(limit)])

    @routes.get("/rules", summary="Every rule and how it stands")
    async def rules() -> Rules:
        told = [_rule(rule, alerting.board.of(rule)) for rule in alerting.board.rules]
        return Rules(**answer(), rules=told)

    @routes.get("/objectives", summary="Error budgets and how fast they are spent")
    async def objectives() -> Objectives:
        return Objectives(**answer(), objectives=await alerting.budgets.standings())

    return routes


def _urgency(alert: Alert) -> tuple[bool, bool, float, str]:
    return alert.state != "firing", alert.severity != "page", alert.active_at_s, alert.id


def _rule(rule: Rule, alerts: list[Alert]) -> dict[str, Any]:
    states = {alert.state for alert in alerts}
    return {
        "id": rule.id,
        "name": rule.name,
        "state": next((state for state in ("firing", "pending") if state in states), "inactive"),
        "severity": rule.severity,
        "owner": rule.subject.owner,
        "subject": rule.subject.name,
        "labels": dict(rule.labels),
        "expression": " and ".join(condition(one) for one in rule.when),
        "hold_s": rule.hold_s,
        "keep_firing_s": rule.keep_firing_s,
        "runbook": rule.subject.runbook,
        "dashboard": rule.subject.dashboard,
        "alerts": [alert.id for alert in alerts],
    }
