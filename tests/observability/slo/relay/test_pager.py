"""The pager of the lab: what Alertmanager sends is told once, kept, and passed on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from observability.evidence.errors import Unavailable
from observability.slo.api import router
from observability.slo.relay.runtime import RelayedAlerting
from observability.slo.settings import AlertsSettings
from tests.support.polling import poll_until_async
from tests.support.recorded_series import RecordedSeries
from tests.support.webhook_receiver import WebhookReceiver

FIRED, OVER = "2026-01-31T12:00:00Z", "2026-01-31T12:05:00Z"


class SilentPrometheus:
    """Nobody answers."""

    async def ask(self, *_: object) -> Any:
        """Say so."""
        raise Unavailable("Prometheus does not answer at http://prometheus:9090.")


class StrangePrometheus:
    """Something else."""

    async def ask(self, *_: object) -> Any:
        """Answer with what nobody understands."""
        return {"data": {"groups": [{"name": "no rules"}]}}


def alert(name: str = "LedgerDrift", status: str = "firing", **labels: str) -> dict[str, Any]:
    """Return an alert as Alertmanager sends it."""
    own = {
        "alertname": name, "service": "billing-service", "instance": "billing-service-1", "severity": "page",
        "owner": "billing-team", "tier": "tier-2", **labels,
    }  # fmt: skip
    return {
        "status": status, "labels": own,
        "annotations": {"summary": f"{name} is seen", "runbook": "r", "dashboard": "d"},
        "startsAt": FIRED, "endsAt": OVER if status == "resolved" else "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus/graph", "fingerprint": "c1ae",
    }  # fmt: skip


def message(*alerts: dict[str, Any]) -> dict[str, Any]:
    """Return a message of Alertmanager."""
    return {"version": "4", "groupKey": "{}", "truncatedAlerts": 0, "status": "firing", "alerts": list(alerts)}


@asynccontextmanager
async def running(settings: AlertsSettings, prometheus: Any = None) -> AsyncIterator[httpx.AsyncClient]:
    """Run the alerting of a process; yield a client of it."""
    async with RelayedAlerting(prometheus or SilentPrometheus(), RecordedSeries({}), settings) as alerting:
        app = FastAPI()
        app.include_router(alerting.pager.router())
        app.include_router(router(alerting))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://evidence/api") as client:
            yield client


async def notices(client: httpx.AsyncClient) -> list[tuple[str, str]]:
    """Return what the pager has shown, the latest first."""
    return [(one["event"], one["headline"]) for one in (await client.get("/pager")).json()["notices"]]


async def test_a_matter_is_told_when_it_opens_and_when_it_is_over(tmp_path: Path) -> None:
    """However often Alertmanager repeats itself; a restart forgets nothing."""
    settings = AlertsSettings(database=tmp_path / "alerts.db")
    opened = ("opened", "[PAGE] billing-service: LedgerDrift is seen")
    async with running(settings) as client:
        for _ in range(2):
            assert (await client.post("/pager", json=message(alert()))).status_code == 204
        assert await notices(client) == [opened]
        (group,) = (await client.get("/alerts")).json()["groups"]
        assert group["name"] == "billing-team/billing-service"
    async with running(settings) as client:
        assert await notices(client) == [opened]
        for _ in range(2):
            await client.post("/pager", json=message(alert(status="resolved")))
        assert await notices(client) == [("resolved", "[RESOLVED] billing-service: all is well again"), opened]
        assert (await client.get("/alerts")).json()["groups"] == []
        (past,) = (await client.get("/alerts/history")).json()["alerts"]
    assert (past["rule"], past["state"], past["resolved_at_s"] - past["fired_at_s"]) == (
        "billing-service-LedgerDrift", "resolved", 300,
    )  # fmt: skip


async def test_a_ticket_that_becomes_a_page_is_told_again(tmp_path: Path) -> None:
    """It comes in a message of its own, and belongs to the same matter."""
    async with running(AlertsSettings()) as client:
        await client.post("/pager", json=message(alert("ReplicaRestarting", severity="ticket")))
        await client.post("/pager", json=message(alert()))
        assert [event for event, _ in await notices(client)] == ["changed", "opened"]


async def test_an_alert_that_is_not_ours_is_told_all_the_same() -> None:
    """As a ticket, when it does not say what it is."""
    async with running(AlertsSettings()) as client:
        await client.post("/pager", json=message(alert("DiskFull", severity="critical")))
        assert await notices(client) == [("opened", "[TICKET] billing-service: DiskFull is seen")]


@pytest.mark.parametrize(
    "body", [{}, {"version": "3", "alerts": []}, {"version": "4", "alerts": [{"status": "firing"}]}]
)
async def test_what_is_no_message_is_refused(body: dict[str, Any]) -> None:
    """And changes nothing."""
    async with running(AlertsSettings()) as client:
        assert (await client.post("/pager", json=body)).status_code == 422
        assert await notices(client) == []


async def test_notices_are_passed_on() -> None:
    """To the channels that are set, in their own words."""
    with WebhookReceiver() as receiver:
        async with running(AlertsSettings(webhook_url=receiver.url)) as client:
            await client.post("/pager", json=message(alert()))

            async def arrived() -> bool:
                return bool(receiver.taken)

            await poll_until_async(arrived, "the notice")
    assert receiver.taken[0]["headline"] == "[PAGE] billing-service: LedgerDrift is seen"


@pytest.mark.parametrize(
    ("prometheus", "problem"),
    [(SilentPrometheus(), "Prometheus does not answer"), (StrangePrometheus(), "does not tell how rules stand")],
)
async def test_a_prometheus_that_is_away_is_told(prometheus: Any, problem: str) -> None:
    """The answer has its shape all the same."""
    async with running(AlertsSettings(), prometheus) as client:
        answer = (await client.get("/alerts")).json()
        assert (answer["preset"], answer["evaluated_at_s"], answer["alerts"]) == ("drill", None, [])
        assert problem in answer["problem"]
        assert {rule["state"] for rule in (await client.get("/rules")).json()["rules"]} == {"inactive"}
        assert (await client.get("/objectives")).json()["objectives"]
