"""What an experiment hears of the alerts: from real rules, judged over a shop whose ledger is wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from chaos.probes.evidence import NoData
from chaos.toolkit import alerts, places, probes
from observability.slo.api import router
from observability.slo.runtime import Alerting
from observability.slo.settings import AlertsSettings
from tests.support.listening import listening
from tests.support.recorded_series import RecordedSeries
from tests.support.shop_series import STEP_S, between, healthy

BEFORE_S, AFTER_S = 60, 120


@pytest.fixture
def source() -> RecordedSeries:
    """A shop whose ledger is wrong from the hundredth second on."""
    shop = healthy(200)
    shop.gauge("ledger_drift_cents", between(100, 300, 7), service="billing-service", instance="billing-service-1")
    source = RecordedSeries(shop.values, STEP_S)
    source.time_s = BEFORE_S
    return source


@pytest.fixture
async def alerting(source: RecordedSeries) -> AsyncIterator[Alerting]:
    """Rules of the shipped document, which the tests have judged when they want."""
    alerting = Alerting(source, AlertsSettings())
    yield alerting
    async with alerting:
        pass  # it closes its database when it ends


@pytest.fixture
async def home(alerting: Alerting, tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    """The configuration for a lab with those alerts."""
    app = FastAPI()
    app.include_router(router(alerting))
    async with listening(app) as url:
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "state.json").write_text(json.dumps({"urls": {"evidence": url}, "replicas": {}}))
        yield {places.HOME: str(tmp_path)}


async def fires(alerting: Alerting, source: RecordedSeries) -> None:
    """Let the ledger be wrong, and the rules see it."""
    source.time_s = AFTER_S
    await alerting.evaluate()


async def test_alerts_are_counted_by_name_and_severity(
    alerting: Alerting, source: RecordedSeries, home: dict[str, Any]
) -> None:
    """None while all is well; then that of the ledger, and no other."""
    await alerting.evaluate()
    assert await asyncio.to_thread(probes.alerts_firing, configuration=home) == 0
    await fires(alerting, source)
    for wanted, count in (({}, 1), ({"alert": "LedgerDrift"}, 1), ({"alert": "OutboxStuck"}, 0)):
        assert await asyncio.to_thread(probes.alerts_firing, **wanted, configuration=home) == count
    [severity] = {rule.severity for rule in alerting.board.rules if rule.name == "LedgerDrift"}
    other = {"page": "ticket", "ticket": "page"}[severity]
    assert await asyncio.to_thread(probes.alerts_firing, severity=severity, configuration=home) == 1
    assert await asyncio.to_thread(probes.alerts_firing, severity=other, configuration=home) == 0


async def test_an_alert_is_waited_for(alerting: Alerting, source: RecordedSeries, home: dict[str, Any]) -> None:
    """Until it fires; the answer is how long that took."""
    await alerting.evaluate()
    waiting = asyncio.create_task(asyncio.to_thread(probes.alert_fires, "LedgerDrift", 30, home))
    await fires(alerting, source)
    assert 0 <= await waiting < 30


async def test_an_alert_that_does_not_fire_fails_and_says_what_does(
    alerting: Alerting, source: RecordedSeries, home: dict[str, Any]
) -> None:
    """An experiment's reader wants to know what it was instead."""
    await fires(alerting, source)
    with pytest.raises(probes.NotSeen, match=r"^OutboxStuck does not fire within 0 s\. These do: LedgerDrift\.$"):
        await asyncio.to_thread(probes.alert_fires, "OutboxStuck", 0, home)


async def test_an_alert_that_no_rule_knows_is_refused(alerting: Alerting, home: dict[str, Any]) -> None:
    """It would be quiet for ever."""
    await alerting.evaluate()
    for probe in (probes.alert_fires, probes.alerts_firing):
        with pytest.raises(alerts.UnknownAlert, match=r"'Drift'\. Write one of: .*LedgerDrift"):
            await asyncio.to_thread(probe, "Drift", configuration=home)


async def test_rules_that_are_not_judged_are_no_data(home: dict[str, Any]) -> None:
    """Silence of somebody who does not look says nothing."""
    with pytest.raises(NoData, match=r"not judged"):
        await asyncio.to_thread(probes.alerts_firing, configuration=home)


def test_without_a_store_there_is_no_data(tmp_path: Path) -> None:
    """And the folder where it was looked for is named."""
    with pytest.raises(NoData, match=r"no lab with an evidence store runs in .*nowhere"):
        probes.alerts_firing(configuration={places.HOME: str(tmp_path / "nowhere")})
