"""`lab drift` on a running lab with shoppers: nothing while it is as declared, and exactly what was changed.

One lab for all; the order is that of the file. Calls go astray where they are carried, so that services really call
whom nobody has declared. The changed timeout that others need not wait for is in `test_operator_levers.py`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from advisor.calm.source import DOCUMENT
from tests.support.lab import RunningLab, running_lab
from tests.support.live_drift import drift, whole
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.timeout(900)]

ENOUGH = ("--enough", "20")
SEEN_WITHIN_S = 240.0
SERVICE, ALERT = "order-service", "OutboxStuck"
ASTRAY = "call-undeclared:api-gateway/payment-service"
BACK = "call-reversed:payment-service/order-service"
LOOP = "cycle-in-trace:order-service/payment-service"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document that the lab's rules are made from: at first the one that everything is held against."""
    file = tmp_path_factory.mktemp("document") / "platform.json"
    file.write_bytes(DOCUMENT.read_bytes())
    return file


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, document: Path) -> Iterator[RunningLab]:
    """A lab with shoppers."""
    with running_lab(tmp_path_factory.mktemp("drift"), env={"ALERTS_ARCHITECTURE": str(document)}) as running:
        yield running


def of_calls(lab: RunningLab) -> dict[str, Any]:
    """Return what is told of calls."""
    found: dict[str, Any] = next(one for one in whole(lab, *ENOUGH)["checks"] if one["name"] == "calls")
    return found


def test_a_healthy_lab_is_as_declared(lab: RunningLab) -> None:
    """From its first moment on; once everybody has been called, no comparison is left out but those with files."""
    assert drift(lab) == []

    def all_is_judged() -> bool:
        calls = of_calls(lab)
        assert calls["drift"] == []
        return not any("not judged for" in note for note in calls["notes"])

    poll_until(all_is_judged, "calls of everybody", within_s=SEEN_WITHIN_S, every_s=2)
    assert drift(lab, *ENOUGH) == []


def test_a_changed_timeout_is_found(lab: RunningLab) -> None:
    """With who changed it, until it is taken back."""
    lab.cli("ops", "set", "order", "payment.timeout_s=3", "--as", "ada")
    (one,) = whole(lab, *ENOUGH)["drift"]
    assert one["id"] == "setting-changed:order-service-1/payment.timeout_s=3"
    assert "ada set it to 3" in one["seen"]
    lab.cli("ops", "undo")
    assert drift(lab, *ENOUGH) == []


def test_a_removed_alert_is_found(lab: RunningLab, document: Path) -> None:
    """Whoever judges was started again with rules that lack it."""
    whole = json.loads(document.read_text())
    owner = next(node for node in whole["nodes"] if node["unique-id"] == SERVICE)
    owner["metadata"]["alerts"].remove(ALERT)
    document.write_text(json.dumps(whole))
    lab.cli("restart", "evidence")
    assert drift(lab, *ENOUGH) == [f"alert-not-loaded:lab/{SERVICE}/{ALERT}"]
    document.write_bytes(DOCUMENT.read_bytes())
    lab.cli("restart", "evidence")
    assert drift(lab, *ENOUGH) == []


@contextmanager
def astray(lab: RunningLab, way: str, to: str) -> Iterator[None]:
    """Have the calls of a way arrive somewhere else."""
    proxy = f"{lab.url('mesh')}/proxies/{way}"
    usual = httpx.get(proxy, trust_env=False).raise_for_status().json()["upstream"]
    elsewhere = lab.url(to).removeprefix("http://")
    httpx.post(proxy, json={"upstream": elsewhere}, trust_env=False).raise_for_status()
    try:
        yield
    finally:
        httpx.post(proxy, json={"upstream": usual}, trust_env=False).raise_for_status()


def test_a_call_that_nobody_has_declared_is_found(lab: RunningLab) -> None:
    """The gateways ask for invoices, and their calls arrive at the payment service."""
    with astray(lab, "api-gateway->billing-service", "payment"):
        found = poll_until(lambda: drift(lab, *ENOUGH), "the call", within_s=SEEN_WITHIN_S)
    assert found == [ASTRAY]


def test_a_synchronous_loop_is_found(lab: RunningLab, tmp_path: Path) -> None:
    """Order waits for payment, and that for order, within one request; what was accepted before is listed apart."""
    assert drift(lab, *ENOUGH, "--accept", ASTRAY, "--because", "seen before") == []
    with astray(lab, "payment-service->payment-provider", "order"):
        found = poll_until(lambda: _with(LOOP, drift(lab, *ENOUGH)), "the loop", within_s=SEEN_WITHIN_S)
    assert found == [BACK, LOOP]
    declared = tmp_path / "declared.json"
    declared.write_text(json.dumps(_declaring_the_way_back()))
    assert drift(lab, *ENOUGH, "--file", str(declared)) == [LOOP]


def _with(wanted: str, found: list[str]) -> list[str]:
    return found if wanted in found else []


def _declaring_the_way_back() -> dict[str, Any]:
    """Return the document with a relationship for the call by which the loop is closed."""
    whole: dict[str, Any] = json.loads(DOCUMENT.read_text())
    there = next(one for one in whole["relationships"] if one["unique-id"] == "order-service-to-payment-service")
    ends = there["relationship-type"]["connects"]
    back = {"source": {"node": ends["destination"]["node"]}, "destination": {"node": ends["source"]["node"]}}
    whole["relationships"].append(
        {"unique-id": "way-back", "protocol": "HTTP", "relationship-type": {"connects": back}}
    )
    return whole
