"""Claims about the document that the operations exercise of the Advent of CALM makes, as its shell checks do."""

import subprocess

import pytest

from advisor.calm.reading import load
from tests.support.pages import ROOT

DOCUMENT = "architectures/ecommerce-platform.json"
WORDS = (
    "oncall-slack", "health-endpoint", "runbook", "tier", "owner", "dependencies", "failure-modes", "symptom",
    "likely-cause", "remediation", "escalation", "dba-contact", "backup-schedule", "restore-time", "business-impact",
    "degraded-behavior", "customer-communication", "sla", "monitoring", "grafana-dashboard", "kibana-logs",
    "pagerduty-service", "statuspage", "circuit-breaker", "failover", "high-availability", "compliance", "adrs",
)  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_the_checks_of_the_exercise_find_what_they_look_for(word: str) -> None:
    """`grep -q WORD`, in the shell."""
    done = subprocess.run(["sh", "-c", f"grep -q '\"{word}\"' {DOCUMENT}"], cwd=ROOT, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("symptom", "cause", "remedy", "escalation"),
    [
        ("HTTP 503 errors", "Database connection pool exhausted", "pool", "more than 5 min, page the DBA team"),
        (
            "High latency (more than 2 s p99)",
            "Payment service degradation",
            "breaker open",
            "if the breaker does not open",
        ),
        ("Order validation failures", "Inventory returns stale data", "Flush the cache", "#oncall-platform"),
    ],
)
def test_the_order_service_has_the_failure_modes_of_the_exercise(
    symptom: str, cause: str, remedy: str, escalation: str
) -> None:
    """Among others."""
    modes = {mode["symptom"]: mode for mode in load().node["order-service"].metadata["failure-modes"]}
    mode = modes[symptom]
    assert mode["likely-cause"] == cause
    assert remedy in mode["remediation"]
    assert escalation in mode["escalation"]


def test_flows_have_the_promises_of_the_exercise() -> None:
    """99.9 % and 30 s; 99.5 % and 500 ms."""
    flows = {flow.id: flow.metadata.text("sla") for flow in load().flows}
    assert flows["order-processing-flow"] == "99.9% availability, 30s p99 latency"
    assert flows["inventory-check-flow"] == "99.5% availability, 500ms p99 latency"


def test_enough_is_known_to_go_wrong() -> None:
    """Three things or more with order, payment and inventory, two or more with every other service."""
    for node in load().nodes:
        if node.is_service:
            least = 3 if node.id in ("order-service", "payment-service", "inventory-service") else 2
            assert len(node.metadata["failure-modes"]) >= least, node.id
