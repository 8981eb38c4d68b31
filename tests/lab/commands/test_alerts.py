"""Claims about `lab alerts` and `lab slo`, on alerting that runs behind a socket."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from click.testing import CliRunner, Result
from fastapi import FastAPI

from lab.cli import root
from lab.home import Home
from observability.slo.api import router
from observability.slo.runtime import Alerting
from observability.slo.settings import AlertsSettings
from tests.support.evidence_server import tell
from tests.support.polling import poll_until
from tests.support.recorded_series import RecordedSeries
from tests.support.shop_series import STEP_S, between, healthy

Lab = Callable[..., Result]


def wrong_ledger() -> RecordedSeries:
    """Return a shop at its hundredth second, whose ledger has been wrong for fifty, and whose pool is just full."""
    shop = healthy(120)
    order = {"service": "order-service", "instance": "order-service-1", "pool": "order"}
    shop.gauge("ledger_drift_cents", between(50, 120, 7), service="billing-service", instance="billing-service-1")
    shop.gauge("db_client_connections_in_use", between(100, 120, 5), **order)
    shop.gauge("db_client_connections_max", lambda _: 5, **order)
    source = RecordedSeries(shop.values, STEP_S)
    source.time_s = 100
    return source


@pytest.fixture
def source(tmp_path: Path) -> Iterator[RecordedSeries]:
    """Return what alerting judges, in a process that the home in `tmp_path` knows."""
    source = wrong_ledger()
    alerting = Alerting(source, AlertsSettings())

    @asynccontextmanager
    async def lifespan(_: FastAPI):  # type: ignore[no-untyped-def]
        async with alerting:
            yield

    app = FastAPI(lifespan=lifespan)
    app.include_router(router(alerting))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        poll_until(lambda: server.started and alerting.last, "the first round")
        tell(Home.at(tmp_path), evidence=f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
        yield source
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Runs `lab` in the home in `tmp_path`."""
    return lambda *words: CliRunner().invoke(root, [*words, "--home", str(tmp_path)])


@pytest.mark.usefixtures("source")
def test_what_fires_is_shown_with_its_figures_and_its_owner(lab: Lab) -> None:
    """And where the runbook is, or that there is none yet."""
    shown = lab("alerts")
    assert shown.exit_code == 0, shown.output
    assert "LedgerDrift" in shown.output
    assert "billing-team" in shown.output
    assert "Running totals and entries of the ledger are 7 cents apart" in shown.output
    assert "runbook docs/ops/runbooks/billing-service.md, dashboard http" in shown.output
    assert "PoolSaturated" not in shown.output


@pytest.mark.usefixtures("source")
def test_all_shows_what_is_pending_too(lab: Lab) -> None:
    """A pool that has been full for a moment."""
    shown = lab("alerts", "--all")
    assert "pending" in shown.output
    assert "PoolSaturated" in shown.output


@pytest.mark.usefixtures("source")
def test_programs_get_json(lab: Lab) -> None:
    """Of alerts, their history and the objectives."""
    assert [
        one["name"] for one in json.loads(lab("alerts", "--json").output)["alerts"] if one["state"] == "firing"
    ] == ["LedgerDrift"]
    assert len(json.loads(lab("alerts", "--history", "--json").output)["alerts"]) == 1
    objectives = json.loads(lab("slo", "--json").output)["objectives"]
    assert {"order-processing-availability"} <= {one["objective"] for one in objectives}


@pytest.mark.usefixtures("source")
def test_budgets_are_shown_per_objective(lab: Lab) -> None:
    """With what is promised, in words."""
    shown = lab("slo").output
    assert "at most 0.1 % of checkouts failed" in shown
    assert "100.00 %" in shown
    assert "Budgets are for 1h (drill)" in shown


def test_an_alert_that_is_over_is_in_the_history(lab: Lab, source: RecordedSeries) -> None:
    """With how long it lasted."""
    source.values = healthy(400).values
    source._found.clear()
    source.time_s = 110
    poll_until(lambda: json.loads(lab("alerts", "--json").output)["evaluated_at_s"] == 110, "a round", every_s=0.2)
    source.time_s = 120
    poll_until(lambda: lab("alerts").output == "No alert fires.\n", "the end of the alert", every_s=0.2)
    assert "resolved" in lab("alerts", "--history").output


def test_a_store_that_cannot_be_asked_is_told(lab: Lab, source: RecordedSeries) -> None:
    """What fired is still shown, with why it may be old; budgets are refused."""
    source.away = True
    poll_until(lambda: "Rules are not judged" in lab("alerts").output, "a round that failed", every_s=0.2)
    assert "LedgerDrift" in lab("alerts").output
    refused = lab("slo")
    assert (refused.exit_code, refused.output.splitlines()[0]) == (2, "lab: The store does not answer.")


def test_a_lab_without_a_store_says_so(lab: Lab, tmp_path: Path) -> None:
    """Exit code 2, and what to do."""
    tell(Home.at(tmp_path), edge="http://127.0.0.1:1")
    refused = lab("alerts")
    assert refused.exit_code == 2
    assert "has no evidence store" in refused.output
