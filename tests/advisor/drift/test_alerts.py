"""Claims about alerts, dashboards and objectives."""

import json
from typing import Any

import pytest

from advisor.calm.json_text import read
from advisor.calm.reading import load
from advisor.drift import alerts, objectives
from advisor.drift.alerts import Loaded
from observability.slo.presets import DRILL
from observability.slo.prometheus import rule_file
from tests.support.drifting import document, ids


def alerting(whole: dict[str, Any]) -> None:
    """Give the shop an alert, and the flow another."""
    whole["nodes"][1]["metadata"]["alerts"] = ["ShopDown"]
    whole["flows"][0]["metadata"]["alerts"] = ["NobodyBuys"]


BOTH = {("shop", "ShopDown"): "rule 1", ("buying", "NobodyBuys"): "rule 2"}


@pytest.mark.parametrize(
    ("there", "found"),
    [
        (BOTH, []),
        ({("shop", "ShopDown"): "rule 1"}, ["alert-not-loaded:lab/buying/NobodyBuys"]),
        ({**BOTH, ("till", "TillDown"): "rule 3"}, ["alert-undeclared:lab/till/TillDown"]),
    ],
)
def test_alerts_are_compared_in_both_directions(there: dict[tuple[str, str], str], found: list[str]) -> None:
    """By whom they concern, and by name."""
    assert ids(alerts.compare(document(alerting), [Loaded("lab", there)])) == found


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ({"service": "a", "overview": "b"}, []),
        ({"overview": "b"}, ["dashboard-missing:service"]),
        ({"service": "a", "overview": "b", "old": "c"}, ["dashboard-unnamed:old"]),
        ({"service": "a", "overview": "b", "ours": "c"}, []),
    ],
)
def test_dashboards_are_compared_in_both_directions(there: dict[str, str], found: list[str]) -> None:
    """By id, wherever the document names one; some need not be named."""
    assert ids(alerts.dashboards(document(), there, {"ours"})) == found


OURS = load()
PROMISED = objectives.wanted(OURS, DRILL)


def _removed(groups: list[Any]) -> None:
    groups[:] = [one for one in groups if one["name"] != "objective refund-latency"]


def _loosened(groups: list[Any]) -> None:
    (one,) = (one for one in groups if one["name"] == "objective refund-latency")
    alert = next(rule for rule in one["rules"] if "alert" in rule)
    alert["expr"] = alert["expr"].replace("> 0.2", "> 0.9")


def _added(groups: list[Any]) -> None:
    groups.append({"name": "objective made-up", "rules": [{"record": "x", "expr": "1"}]})


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda _: None, []),
        (_removed, ["objective-not-judged:drill.yaml/refund-latency"]),
        (_loosened, ["objective-changed:drill.yaml/refund-latency"]),
        (_added, ["objective-undeclared:drill.yaml/made-up"]),
    ],
)
def test_objectives_are_compared_with_a_rule_file(change: Any, found: list[str]) -> None:
    """Missing, with another bound, too much."""
    whole = json.loads(rule_file(PROMISED))
    change(whole["groups"])
    judged = objectives.of_file(PROMISED, "rules/drill.yaml", read(json.dumps(whole, indent=1)))
    check = objectives.compare(OURS, [judged])
    assert ids(check) == found
    if "changed" in "".join(found):
        (one,) = check.drifts
        assert "0.9" in one.seen
        assert one.evidence[0].startswith("rules/drill.yaml:")
        assert OURS.source.at(one.at.pointer)["control-id"] == "refund-latency"
        assert one.declared == "99 % of cancellations are good within 1000 ms."
