"""Alerts, rules and objectives over HTTP."""

from collections import defaultdict
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
from observability.slo.verdicts import Judge, Verdicts

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

    rules: list[dict[str, Any]] = Field(
        description="each with its `state`: inactive, pending or firing, and whether it is `loaded` by whoever judges"
    )


class Objectives(_Answer):
    """How objectives stand."""

    objectives: list[Standing]


def router(judge: Judge) -> APIRouter:
    """Return the routes; they need nothing of the application that they become part of."""
    refusals = responses(BadQuery, Unavailable)
    routes = APIRouter(prefix="/api", tags=["alerts"], route_class=ProblemRoute, responses=refusals)

    def answer(now: Verdicts) -> dict[str, Any]:
        return {"preset": judge.rules.preset.name, "evaluated_at_s": now.at_s, "problem": now.problem}

    @routes.get("/alerts", summary="What is pending or fires")
    async def alerts() -> AlertsNow:
        now = await judge.verdicts()
        told = [alert.as_json() for alert in sorted(now.alerts, key=_urgency)]
        return AlertsNow(**answer(now), alerts=told, groups=[asdict(group) for group in now.groups])

    @routes.get("/alerts/history", summary="What fired, the latest first")
    async def history(limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> AlertsPast:
        return AlertsPast(**answer(await judge.verdicts()), alerts=[alert.as_json() for alert in judge.history(limit)])

    @routes.get("/rules", summary="Every rule and how it stands")
    async def rules() -> Rules:
        now = await judge.verdicts()
        on: dict[str, list[Alert]] = defaultdict(list)
        for alert in now.alerts:
            on[alert.rule].append(alert)
        told = [_rule(rule, on[rule.id]) | {"loaded": rule.id not in now.missing} for rule in judge.rules.rules]
        return Rules(**answer(now), rules=told)

    @routes.get("/objectives", summary="Error budgets and how fast they are spent")
    async def objectives() -> Objectives:
        return Objectives(**answer(await judge.verdicts()), objectives=await judge.standings())

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
