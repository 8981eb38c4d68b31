"""`billing-drift`, live: shoppers shop, the ledger drifts while the fault is on, and stays where it is afterwards.

The bill, `lab impact`, is zero until then, grows with it, stays, and is gone after a reset.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.lab import RunningLab, running_lab
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

FAULT = "billing.float_drift"
ON_THE_WAY = {"load-balancer", "api-gateway", "order-service", "payment-service", "fulfilment-worker"}
"""Services that write log lines for a checkout before billing hears of it."""
WITHIN_S = 120.0


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab in which people shop."""
    with running_lab(tmp_path_factory.mktemp("drill"), "--users", "40") as lab:
        yield lab


def metric(lab: RunningLab, sample: str) -> float:
    """Return a sample of billing's metrics; 0 while it does not exist."""
    lines = httpx.get(f"{lab.url('billing')}/metrics").text.splitlines()
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{sample} ")), 0.0)


def drift_cents(lab: RunningLab) -> float:
    """Return what the dashboard shows."""
    return metric(lab, "ledger_drift_cents")


def wait_for_invoices(lab: RunningLab, more: int) -> None:
    """Return when `more` invoices have been issued from now on and a reconciliation has seen them."""
    issued = 'invoices_total{outcome="issued"}'
    rounds = 'periodic_runs_total{job="ledger.reconciliation",outcome="done"}'
    enough = metric(lab, issued) + more
    poll_until(lambda: metric(lab, issued) >= enough, f"{more} more invoices", within_s=WITHIN_S, every_s=0.25)
    # The round that is under way may have begun before the last invoice.
    seen = metric(lab, rounds) + 2
    poll_until(lambda: metric(lab, rounds) >= seen, "two reconciliations", within_s=WITHIN_S, every_s=0.25)


def warnings(lab: RunningLab) -> list[dict[str, Any]]:
    """Return the reconciliation's warnings so far."""
    return lab.records(service="billing-service", event="ledger.drift")


def services_of(lab: RunningLab, trace_id: str) -> set[str]:
    """Return the services whose logs tell of a trace."""
    return {str(record["service"]) for record in lab.records(trace_id=trace_id)}


def bill(lab: RunningLab) -> dict[str, Any]:
    """Return what it costs now."""
    told: dict[str, Any] = lab.json("impact")
    return told


def worst(told: dict[str, Any]) -> float:
    """When the latest damage was done."""
    return max(damage["since_s"] or 0.0 for damage in told["damages"])


def settled(lab: RunningLab) -> dict[str, float]:
    """Return until when damage was done, once that is ten seconds ago."""
    told = bill(lab)
    ended_s = worst(told)
    return {"at_s": ended_s} if told["window"]["end_s"] - ended_s > 12 else {}


def test_the_ledger_drifts_while_the_fault_is_on_and_no_further_afterwards(lab: RunningLab) -> None:
    """Steady, inject, the metric rises and warnings lead to the orders, stop, no new drift."""
    wait_for_invoices(lab, 5)
    assert drift_cents(lab) == 0
    assert warnings(lab) == []
    for _ in range(10):
        healthy = bill(lab)
        assert healthy["zero"], healthy["damages"]

    injected = lab.json("chaos inject", FAULT, "--for", "2m")
    assert injected["state"] == "active"
    assert [replica["instance"] for replica in injected["replicas"]] == ["billing-service-1"]

    poll_until(lambda: drift_cents(lab) >= 10, "the drift metric to rise", within_s=WITHIN_S, every_s=0.25)
    early = drift_cents(lab)
    wrong_cents = poll_until(
        lambda: bill(lab)["money_wrong_cents"], "money to be wrong", within_s=WITHIN_S, every_s=0.5
    )
    poll_until(lambda: drift_cents(lab) >= early + 10, "the drift to grow", within_s=WITHIN_S, every_s=0.25)
    poll_until(lambda: bill(lab)["money_wrong_cents"] > wrong_cents, "the bill to grow", within_s=WITHIN_S, every_s=0.5)
    named = [trace for warning in warnings(lab) for trace in warning["trace_ids"]]
    assert named
    # Orders that were cancelled, or placed through the shop, take other ways; most come straight through the gateway.
    poll_until(lambda: any(services_of(lab, trace) >= ON_THE_WAY for trace in named), "the way of an order in the logs")

    stopped = lab.json("chaos stop", FAULT)
    assert [one["state"] for one in stopped["stopped"]] == ["reverted"]
    wait_for_invoices(lab, 1)
    damage, told = drift_cents(lab), len(warnings(lab))
    wait_for_invoices(lab, 10)
    assert drift_cents(lab) == damage >= early
    assert len(warnings(lab)) == told
    assert httpx.post(f"{lab.url('billing')}/ledger/reconciliation").json()["drift_cents"] == damage

    # What was booked wrongly at last may only be held against billing when it has settled.
    since = poll_until(lambda: settled(lab), "the damage to settle", within_s=WITHIN_S, every_s=0.5)
    wait_for_invoices(lab, 10)
    after = bill(lab)
    assert worst(after) <= since["at_s"]
    assert after["customers_affected"]
    lab.cli("reset")
    wait_for_invoices(lab, 5)
    assert bill(lab)["zero"]
