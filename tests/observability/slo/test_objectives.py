"""Objectives are read from the architecture document, and what cannot be meant is refused in a sentence."""

import copy
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from observability.slo.document import load
from observability.slo.errors import BadDocument
from observability.slo.presets import DRILL, PRESETS
from observability.slo.rules import Ruleset, ruleset
from observability.slo.symptoms import symptoms
from observability.wiring import vocabulary
from tests.support.pages import ROOT

FLOWS = {"order-processing-flow", "inventory-check-flow", "order-history-flow", "refund-flow", "invoice-flow"}
OTHERS = ("up", "process_start_time_seconds", "process_cpu_seconds_total")
"""What the scraper writes, and what the Prometheus client tells of a process."""
SUFFIXES = ("", "_count", "_sum", "_bucket")


def test_every_flow_and_every_service_that_serves_has_availability_and_latency(drill: Ruleset) -> None:
    """The worker serves nobody, and the payment provider is somebody else's."""
    told = {(one.subject.name, one.indicator) for one in drill.objectives}
    serving = {"web-frontend", "load-balancer", "api-gateway", "order-service", "inventory-service"}
    serving |= {"payment-service", "billing-service"}
    assert told >= {(name, kind) for name in FLOWS | serving for kind in ("availability", "latency")}


def test_numbers_are_those_of_the_document(drill: Ruleset) -> None:
    """99.9 % of checkouts without a server error leave a budget of a thousandth."""
    checkout = next(one for one in drill.objectives if one.id == "order-processing-availability")
    assert (checkout.percent, checkout.budget, checkout.alert) == (99.9, 0.001, "OrderProcessingAvailability")
    slow = next(one for one in drill.objectives if one.id == "order-processing-latency")
    assert (slow.percent, slow.threshold_s) == (99, 0.5)


def test_replicas_of_one_service_have_one_set_of_rules(drill: Ruleset) -> None:
    """The two gateways of the document are one service in telemetry."""
    assert [one.id for one in drill.objectives].count("api-gateway-availability") == 1
    assert [rule.id for rule in drill.rules].count("api-gateway-ReplicaDown") == 1


def test_every_symptom_is_listed_for_somebody_and_every_listed_alert_has_a_rule(drill: Ruleset) -> None:
    """The document says which alerts a node has; nobody has one that does not exist."""
    assert set(symptoms()) == {rule.name for rule in drill.rules if rule.objective is None}
    document = load()
    for part in (*document["flows"], *document["nodes"]):
        metadata = part.get("metadata", {})
        name = part["unique-id"] if part in document["flows"] else metadata.get("otel-service-name")
        declared = metadata.get("alerts", [])
        assert set(declared) == {rule.name for rule in drill.rules if rule.subject.name == name}, name


def test_every_rule_says_whom_it_concerns(drill: Ruleset) -> None:
    """Owner, tier, severity and one subject; a runbook that is there, and a dashboard that is provisioned."""
    for rule in drill.rules:
        assert rule.labels["owner"].endswith("-team")
        assert rule.labels["severity"] in ("page", "ticket")
        assert {"flow", "service"} & set(rule.labels)
        assert (ROOT / rule.subject.runbook).is_file()
        board = urlsplit(rule.subject.dashboard).path.removeprefix("/d/")
        assert (ROOT / "grafana" / "dashboards" / f"{board}.json").is_file()


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_rules_ask_for_metrics_and_labels_that_exist(preset: Any) -> None:
    """Names come from the vocabulary, but for what every process tells by itself."""
    known = {metric.name + suffix: metric for metric in vocabulary.metrics() for suffix in SUFFIXES}
    rules = ruleset(load(), preset)
    for term in (condition.term for rule in rules.rules for condition in rule.when):
        for part in _measured(term):
            metric = known.get(part.of.metric)
            assert metric is not None or part.of.metric in OTHERS, part.of.metric
            allowed = {"service", "instance", "le", *(metric.labels if metric else ())}
            assert {one.label for one in part.of.matchers} | set(part.by) <= allowed


def _measured(term: Any) -> list[Any]:
    from observability.slo.terms import measured  # noqa: PLC0415 -- what the test above needs alone

    return measured(term)


def test_alerts_speak_of_symptoms_only() -> None:
    """No name of a fault or of a scenario, in the document or in what is made of it."""
    scenarios = {file.stem for file in (ROOT / "chaos" / "scenarios").glob("*.toml")}
    faults = {file.stem for file in (ROOT / "services").glob("*/faults/*.py")} - {"__init__"}
    assert {"billing-drift"} <= scenarios
    assert {"float_drift"} <= faults
    texts = [ROOT / "architectures" / "ecommerce-platform.json", *(ROOT / "observability" / "slo" / "rules").iterdir()]
    for file in texts:
        words = set(re.findall(r"[a-z]+(?:[-_][a-z]+)+", file.read_text(encoding="utf-8")))
        assert words & (scenarios | faults) == set(), file.name


def _objective(document: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = document["flows"][0]["controls"]["availability"]["requirements"][0]["config"]
    return config


def _slow(document: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = document["flows"][0]["controls"]["performance"]["requirements"][0]["config"]
    return config


@pytest.mark.parametrize(
    ("breaking", "says"),
    [
        (lambda it: _objective(it).pop("objective-percent"), "does not say its 'objective-percent'"),
        (lambda it: _objective(it).update({"objective-percent": 100}), "has to be 95 % or more, below 100 %"),
        (lambda it: _slow(it).update({"threshold-ms": 300}), "is no bound of the histogram"),
        (lambda it: _slow(it).update({"control-id": "order-processing-availability"}), "There are two objectives"),
        (lambda it: it["flows"][0]["metadata"].pop("owner"), "does not say its 'owner'"),
        (lambda it: it["flows"][0]["metadata"]["alerts"].append("Gremlins"), "lists an alert Gremlins"),
        (lambda it: it["nodes"][5]["metadata"].update(owner="somebody"), "are one service"),
    ],
)
def test_a_document_that_cannot_be_meant_is_refused(breaking: Callable[[Any], object], says: str) -> None:
    """With a sentence that names the place."""
    document = copy.deepcopy(dict(load()))
    breaking(document)
    with pytest.raises(BadDocument, match=re.escape(says)):
        ruleset(document, DRILL)
