"""The configuration of Alertmanager is what the document says, and the real amtool takes it."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from advisor.calm import reading
from observability.slo.alertmanager import FOLDER, TOGETHER, config_file
from observability.slo.document import load
from observability.slo.presets import PRESETS, Preset
from observability.slo.rules import Ruleset, ruleset
from tests.support.alertmanager import AMTOOL

needs_amtool = pytest.mark.skipif(AMTOOL is None, reason="no amtool (Debian: apt-get install prometheus-alertmanager)")


Route = Mapping[str, Any]


def told(route: Route, labels: Mapping[str, str], nobody_else: str = "") -> str:
    """Return who is told of an alert, as Alertmanager decides: the first route that fits, and within it again."""
    receiver = str(route.get("receiver", nobody_else))
    for inner in route.get("routes", ()):
        wanted = dict(one.replace('"', "").split("=") for one in inner["matchers"])
        if all(labels.get(name) == value for name, value in wanted.items()):
            return told(inner, labels, receiver)
    return receiver


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_alerts_go_to_owner_and_tier_as_the_document_has_them(preset: Preset) -> None:
    """Each alert that a node or a flow lists, at each of its severities; nobody else is told of anything."""
    rules = ruleset(load(), preset).rules
    config = json.loads((FOLDER / f"{preset.name}.yaml").read_text())
    owned = {
        (part.metadata.text("otel-service-name") or part.id, alert): part.metadata
        for part in reading.load().told
        for alert in part.metadata.texts("alerts")
    }
    asked = set()
    for rule in rules:
        metadata = owned[rule.subject.name, rule.name]
        whom = f"{metadata.text('owner')}-{metadata.text('tier')}-{rule.severity}"
        assert told(config["route"], {"alertname": rule.name, **rule.labels}) == whom
        asked.add((rule.subject.name, rule.name))
    assert asked == set(owned)
    assert told(config["route"], {"owner": "orders-team", "tier": "tier-9"}) == "nobody-in-particular"


def test_every_receiver_is_somebody_who_is_told_by_the_pager(drill: Ruleset) -> None:
    """Of an owner, a tier that it has, and a severity; and whoever gets what nobody owns."""
    config = json.loads(config_file(drill))
    receivers = {one["name"]: one["webhook_configs"] for one in config["receivers"]}
    tiers = [tier for owner in config["route"]["routes"] for tier in owner["routes"]]
    leaves = [leaf["receiver"] for tier in tiers for leaf in tier["routes"]]
    owned = {(rule.subject.owner, rule.subject.tier) for rule in drill.rules}
    assert sorted(leaves) == sorted(f"{owner}-{tier}-{each}" for owner, tier in owned for each in ("page", "ticket"))
    assert {*leaves, "nobody-in-particular"} == receivers.keys()
    assert all(hook["url"].endswith("/api/pager") and hook["send_resolved"] for (hook,) in receivers.values())


def test_alerts_of_one_matter_come_together(drill: Ruleset) -> None:
    """What Alertmanager groups by is what an alert's group is made of."""
    config = json.loads(config_file(drill))
    assert config["route"]["group_by"] == list(TOGETHER)
    subjects = {(rule.subject.owner, rule.subject.name) for rule in drill.rules}
    labels = {tuple(rule.labels.get(name, "") for name in TOGETHER) for rule in drill.rules}
    assert len(subjects) == len(labels)


@pytest.mark.stack
@needs_amtool
@pytest.mark.parametrize("preset", ["drill", "production"])
def test_amtool_accepts_it(preset: str) -> None:
    """As it is in the repository."""
    command = [str(AMTOOL), "check-config", str(FOLDER / f"{preset}.yaml")]
    verdict = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.stack
@needs_amtool
@pytest.mark.parametrize(("tier", "whom"), [("tier-2", "billing-team-tier-2-page"), ("tier-9", "nobody-in-particular")])
def test_amtool_routes_as_meant(tier: str, whom: str) -> None:
    """A page of the billing team goes to that; a tier that it has nothing of is nobody's."""
    labels = ["owner=billing-team", f"tier={tier}", "severity=page", "service=billing-service"]
    command = [str(AMTOOL), "config", "routes", "test", f"--config.file={FOLDER / 'drill.yaml'}", *labels]
    verdict = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verdict.stdout.strip() == whom
