"""The configuration of Alertmanager is what the document says, and the real amtool takes it."""

import json
import subprocess

import pytest

from observability.slo.alertmanager import FOLDER, TOGETHER, config_file
from observability.slo.rules import Ruleset
from tests.support.alertmanager import AMTOOL

needs_amtool = pytest.mark.skipif(AMTOOL is None, reason="no amtool (Debian: apt-get install prometheus-alertmanager)")


def test_every_owner_has_a_route_for_each_severity(drill: Ruleset) -> None:
    """And each of them a receiver of that name, which is the pager."""
    config = json.loads(config_file(drill))
    receivers = {one["name"]: one["webhook_configs"] for one in config["receivers"]}
    owners = {rule.subject.owner for rule in drill.rules}
    assert {one["matchers"][0] for one in config["route"]["routes"]} == {f'owner="{owner}"' for owner in owners}
    leaves = {leaf["receiver"] for owner in config["route"]["routes"] for leaf in owner["routes"]}
    assert leaves == {f"{owner}-{severity}" for owner in owners for severity in ("page", "ticket")}
    assert leaves < receivers.keys()
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
def test_amtool_routes_as_meant() -> None:
    """A page of the billing team goes to that."""
    labels = ["owner=billing-team", "severity=page", "service=billing-service"]
    command = [str(AMTOOL), "config", "routes", "test", f"--config.file={FOLDER / 'drill.yaml'}", *labels]
    verdict = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verdict.stdout.strip() == "billing-team-page"
