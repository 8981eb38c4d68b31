"""Prediction against observation on a lab that runs: broken as the journal says, and seen in the evidence."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.lab import RunningLab, running_lab
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.timeout(600)]

EDGE = "order-service->payment-service"
LENGTH_S = 30


@pytest.fixture
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab with some shoppers."""
    with running_lab(tmp_path_factory.mktemp("blast"), "--users", "25") as lab:
        yield lab


def _orders(lab: RunningLab, since: str) -> float:
    """Return how many orders were confirmed at once since then."""
    told = lab.json("metrics", 'orders_total{outcome="confirmed"}', "--increase", "--since", since)
    return float(sum(one["value"] for one in told["series"]))


def _activation(lab: RunningLab) -> dict[str, Any]:
    found: dict[str, Any] = lab.json("chaos history", "--limit", "1")["activations"][0]
    return found


def test_a_partition_hits_whom_the_document_says(lab: RunningLab) -> None:
    """Orders are taken without payment: order service and checkouts are predicted and seen, with a trace to look at."""
    poll_until(lambda: _orders(lab, f"{LENGTH_S}s") >= 20, "half a minute of orders", within_s=180, every_s=2)
    lab.cli("chaos inject", "network.partition", "--on", EDGE, "--for", f"{LENGTH_S}s")
    poll_until(lambda: _activation(lab)["state"] == "reverted", "its end", within_s=120, every_s=1)
    told = lab.json("chaos blast-radius", _activation(lab)["id"])
    assert told["about"] == ["order-service-to-payment-service"]
    assert LENGTH_S - 1 <= told["window"]["end_s"] - told["window"]["start_s"] <= LENGTH_S + 5
    nodes, flows = told["scores"]["nodes"], told["scores"]["flows"]
    assert "order-service" in nodes["hit"]
    assert "order-processing-flow" in flows["hit"]
    assert nodes["recall"] is not None
    findings = [one for row in told["nodes"] if row["name"] == "order-service" for one in row["findings"]]
    assert any(one["text"].startswith("the order is taken as payment_pending: ") for one in findings)
    (trace, *_) = [source["ref"] for one in findings for source in one["sources"] if source["kind"] == "trace"]
    assert json.loads(lab.cli("trace", trace, "--json"))["spans"]
