"""From a sample to the pager through the real Prometheus and the real Alertmanager, and back to quiet."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from chaos.toolkit import alerts
from chaos.toolkit.client import Client
from lab import alerting_text
from observability.slo.alertmanager import PAGER, config_file
from observability.slo.prometheus import FOLDER
from observability.slo.rules import Ruleset
from tests.support import alertmanager, prometheus
from tests.support.backend_process import free_ports
from tests.support.evidence_process import EvidenceProcess, evidence_process
from tests.support.polling import poll_until

MISSING = [module.ABSENT for module in (prometheus, alertmanager) if module.PROGRAM is None]
NOBODY = "http://127.0.0.1:9"
DRIFT = tuple({"__name__": "ledger_drift_cents", "service": "billing-service", "instance": "billing-service-1"}.items())

pytestmark = [
    pytest.mark.stack,
    pytest.mark.timeout(400),
    pytest.mark.skipif(bool(MISSING), reason="; ".join(MISSING) or "all are there"),
    pytest.mark.xdist_group("real-backends"),
]


@pytest.fixture
def judge(tmp_path: Path) -> Iterator[str]:
    """Prometheus with the rules of a drill; it tells an Alertmanager on the port that `port` says."""
    (tmp_path / "prometheus").mkdir()
    (port,) = free_ports(1)
    (tmp_path / "port").write_text(str(port))
    with prometheus.prometheus(tmp_path / "prometheus", [FOLDER / "drill.yaml"], f"127.0.0.1:{port}") as url:
        yield url


@pytest.fixture
def store(tmp_path: Path, judge: str) -> Iterator[EvidenceProcess]:
    """The process that people ask."""
    urls = {"EVIDENCE_PROMETHEUS_URL": judge, "EVIDENCE_JAEGER_URL": NOBODY, "EVIDENCE_LOKI_URL": NOBODY}
    with evidence_process(tmp_path, **urls) as process:
        yield process


@pytest.fixture
def told(tmp_path: Path, drill: Ruleset, store: EvidenceProcess) -> Iterator[EvidenceProcess]:
    """The same, with Alertmanager telling it; what is over is told at once, and not with the next bundle."""
    folder = tmp_path / "alertmanager"
    folder.mkdir()
    hasty = replace(drill, preset=replace(drill.preset, regroup_s=1.0))
    config = config_file(hasty).replace(PAGER, f"{store.url}/api/pager")
    with ExitStack() as stack:
        stack.enter_context(alertmanager.alertmanager(folder, config, int((tmp_path / "port").read_text())))
        yield store


def ask(store: EvidenceProcess, path: str) -> dict[str, Any]:
    """Return an answer."""
    answer = httpx.get(f"{store.url}/api{path}", trust_env=False, timeout=20).raise_for_status().json()
    assert isinstance(answer, dict)
    return answer


def drawn(answer: dict[str, Any]) -> str:
    """Return what `lab alerts` shows."""
    screen = Console(file=StringIO(), width=200)
    screen.print(alerting_text.now(answer, everything=False))
    return screen.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def drifts(judge: str, cents: float) -> None:
    """Have the ledger be wrong by so much, from now on."""
    prometheus.write(judge, {DRIFT: prometheus.Written([(time.time(), cents)])})


def test_a_page_arrives_and_is_over(judge: str, told: EvidenceProcess) -> None:
    """What is asked for alerts has the same shape as in the embedded lab, and survives a crash."""
    poll_until(lambda: ask(told, "/alerts")["evaluated_at_s"], "the first evaluation", within_s=90)
    assert ask(told, "/alerts")["problem"] == ""
    drifts(judge, 7)
    poll_until(lambda: ask(told, "/pager")["notices"], "the pager to go off", within_s=90)
    now = ask(told, "/alerts")
    (alert,) = now["alerts"]
    assert (alert["name"], alert["state"], alert["value"]) == ("LedgerDrift", "firing", 7)
    assert [group["name"] for group in now["groups"]] == ["billing-team/billing-service"]
    assert "billing-team" in drawn(now)
    with closing(Client(told.url)) as client:
        alerts.check(client, "LedgerDrift")
        assert alerts.firing(client, severity="page") == ["LedgerDrift"]
    states = {rule["id"]: rule["state"] for rule in ask(told, "/rules")["rules"]}
    assert states["billing-service-LedgerDrift"] == "firing"
    assert len(ask(told, "/objectives")["objectives"]) > 0

    drifts(judge, 0)
    poll_until(lambda: len(ask(told, "/pager")["notices"]) > 1, "the matter to be over", within_s=90)
    told.kill()
    told.start()
    events = [(one["event"], one["headline"]) for one in ask(told, "/pager")["notices"]]
    assert events == [
        ("resolved", "[RESOLVED] billing-service: all is well again"),
        ("opened", "[PAGE] billing-service: Running totals and entries of the ledger are 7 cents apart"),
    ]
    (past,) = ask(told, "/alerts/history")["alerts"]
    assert (past["state"], past["value"]) == ("resolved", 7)


def test_what_takes_evidence_is_not_there(store: EvidenceProcess) -> None:
    """The same questions can be asked; whoever is silent is named."""
    assert httpx.post(f"{store.url}/v1/traces", trust_env=False).status_code == 404
    names = httpx.get(f"{store.url}/api/metrics", trust_env=False)
    assert names.is_success
    answer = httpx.get(f"{store.url}/api/logs", trust_env=False, timeout=20)
    assert (answer.status_code, answer.json()["detail"]) == (503, f"Loki does not answer at {NOBODY}.")


def test_budgets_are_counted_from_what_prometheus_has(judge: str, store: EvidenceProcess) -> None:
    """Ten of a hundred checkouts failed: far more than the objective allows."""
    now_s = time.time()
    moments = [now_s - 50 + 5.0 * look for look in range(11)]
    served = {"service": "api-gateway", "instance": "api-gateway-1", "method": "POST", "route": "/orders"}
    for status, per_look in (("200", 9.0), ("503", 1.0)):
        labels = {"__name__": "http_server_request_duration_seconds_count", **served, "status": status}
        points: list[tuple[float, float | None]] = [(at_s, per_look * look) for look, at_s in enumerate(moments)]
        prometheus.write(judge, {tuple(labels.items()): prometheus.Written(points)})
    standings = {one["objective"]: one for one in ask(store, "/objectives")["objectives"]}
    checkouts = standings["order-processing-availability"]
    assert (checkouts["events"], checkouts["bad"]) == (pytest.approx(100, rel=0.15), pytest.approx(10, rel=0.15))
    assert checkouts["attained_percent"] == pytest.approx(90, rel=0.001)
    assert checkouts["budget_left"] == pytest.approx(-99, rel=0.01)
    assert {burn["window"]: burn["rate"] for burn in checkouts["burn_rates"]}["30s"] == pytest.approx(100, rel=0.01)
