"""Alerting as a part of a process: it judges by itself, stands a store that is away, and answers over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from observability.slo.api import router
from observability.slo.errors import BadDocument
from observability.slo.runtime import Alerting
from observability.slo.settings import AlertsSettings
from tests.support.polling import poll_until_async
from tests.support.recorded_series import RecordedSeries
from tests.support.shop_series import STEP_S, Shop, between, healthy

BILLING = {"service": "billing-service", "instance": "billing-service-1"}


@pytest.fixture
def shop() -> Shop:
    """Return a shop whose ledger is wrong from the hundredth second on, and half of whose checkouts fail."""
    shop = healthy(200)
    shop.gauge("ledger_drift_cents", between(100, 300, 7), **BILLING)
    shop.serves("api-gateway", "POST", "/orders", 3, failing=between(90, 300, 0.5))
    return shop


@pytest.fixture
async def alerting(shop: Shop) -> AsyncIterator[Alerting]:
    """Return alerting that judges by itself, at the hundred and twentieth second."""
    source = RecordedSeries(shop.values, STEP_S)
    source.time_s = 120
    async with Alerting(source, AlertsSettings()) as alerting:

        async def judged() -> bool:
            return alerting.last is not None

        await poll_until_async(judged, "the first round")
        yield alerting


@pytest.fixture
async def client(alerting: Alerting) -> AsyncIterator[httpx.AsyncClient]:
    """Ask over HTTP."""
    app = FastAPI()
    app.include_router(router(alerting))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://evidence") as client:
        yield client


async def test_what_fires_is_told_the_worst_first(client: httpx.AsyncClient) -> None:
    """With figures, owner, links, and the group that it was told in."""
    answer = (await client.get("/api/alerts")).json()
    assert (answer["preset"], answer["evaluated_at_s"], answer["problem"]) == ("drill", 120, "")
    severities = [alert["severity"] for alert in answer["alerts"]]
    assert severities == sorted(severities)
    drift = next(alert for alert in answer["alerts"] if alert["name"] == "LedgerDrift")
    assert (drift["state"], drift["value"], drift["group"]) == ("firing", 7, "billing-team/billing-service")
    assert drift["runbook"] == "docs/ops/runbooks/billing-service.md"
    assert {group["name"] for group in answer["groups"]} >= {"billing-team/billing-service"}


async def test_history_has_what_is_on_too(client: httpx.AsyncClient) -> None:
    """At most as many as were asked for."""
    alerts = (await client.get("/api/alerts/history")).json()["alerts"]
    assert {"LedgerDrift", "OrderProcessingAvailability"} <= {alert["name"] for alert in alerts}
    assert len((await client.get("/api/alerts/history?limit=1")).json()["alerts"]) == 1
    assert (await client.get("/api/alerts/history?limit=0")).status_code == 422


async def test_rules_are_told_with_their_state(client: httpx.AsyncClient) -> None:
    """And with what they ask for, in PromQL."""
    rules = {rule["id"]: rule for rule in (await client.get("/api/rules")).json()["rules"]}
    assert rules["billing-service-LedgerDrift"]["state"] == "firing"
    assert rules["order-service-OutboxStuck"]["state"] == "inactive"
    assert rules["billing-service-LedgerDrift"]["expression"] == (
        'max by (service, instance) (ledger_drift_cents{service="billing-service"}) > 0'
    )


async def test_budgets_are_told_with_burn_rates(client: httpx.AsyncClient) -> None:
    """Half of the checkouts failed for 30 s of 120: far more than a thousandth."""
    standings = {one["objective"]: one for one in (await client.get("/api/objectives")).json()["objectives"]}
    broken = standings["order-processing-availability"]
    assert broken["budget_left"] < 0
    assert broken["attained_percent"] == pytest.approx(87, abs=3)
    assert {burn["window"]: burn["rate"] for burn in broken["burn_rates"]}["10s"] == pytest.approx(500, rel=0.3)
    assert standings["inventory-check-availability"]["budget_left"] == 1
    assert standings["web-frontend-latency"]["attained_percent"] is None


async def test_a_store_that_is_away_changes_nothing(shop: Shop) -> None:
    """What fired goes on firing, the answer says why nothing is judged, and it goes on by itself afterwards."""
    source = RecordedSeries(shop.values, STEP_S)
    source.time_s = 120
    alerting = Alerting(source, AlertsSettings())
    await alerting.evaluate()
    firing = alerting.board.alerts()
    assert firing
    source.away = True
    async with alerting:

        async def stumbled() -> bool:
            return alerting.last is not None and alerting.last.problem != ""

        await poll_until_async(stumbled, "a round that failed")
        assert alerting.board.alerts() == firing
        assert (alerting.last and alerting.last.problem) == "The store does not answer."
        source.away = False

        async def well() -> bool:
            return alerting.last is not None and alerting.last.problem == ""

        await poll_until_async(well, "a round that went well")


def test_an_architecture_that_cannot_be_read_is_refused_at_the_start(tmp_path: Path) -> None:
    """And not in every round."""
    with pytest.raises(BadDocument, match="cannot be read"):
        Alerting(RecordedSeries({}), AlertsSettings(architecture=tmp_path / "none.json"))
