"""No scenario without what proves it: a fault of ours with a plain form, a proof, right repairs and wrong ones."""

import re

import pytest

from chaos.scenario import loading
from chaos.scenario.model import Scenario
from drill import catalogue
from drill.catalogue import Entry, FaultEntry
from drill.places import services
from drill.workspace.service import modules_of
from observability.slo.document import load
from observability.slo.presets import DRILL
from observability.slo.rules import ruleset

ANSWERED_ONLY = frozenset({"config-drift", "quiet-night"})
"""Nothing is wrong with our code in these: they are certified by answer, probes and silence."""
ALERTS = {rule.name for rule in ruleset(load(), DRILL).rules}


@pytest.mark.parametrize("entry", catalogue.everything(), ids=lambda entry: entry.name)
def test_a_scenario_has_what_proves_it(entry: Entry) -> None:
    """Except for those that are named above, each for its reason."""
    if entry.name in ANSWERED_ONLY:
        assert not entry.faults, f"{entry.name} has a fault of ours now: take it out of the exceptions"
        return
    assert entry.faults, f"{entry.name} has a trigger, and no code of ours that is wrong"
    assert {fault.name: list(fault.lacks()) for fault in entry.faults} == {fault.name: [] for fault in entry.faults}


@pytest.mark.parametrize("scenario", loading.catalogue(), ids=lambda scenario: scenario.name)
def test_a_scenario_names_the_alert_that_pages(scenario: Scenario) -> None:
    """One of those that there are; or none, where somebody calls."""
    if scenario.name in ANSWERED_ONLY:
        assert scenario.alert is None
    else:
        assert scenario.alert in ALERTS


@pytest.mark.parametrize("service", services())
def test_every_fault_of_a_service_has_a_plain_form(service: str) -> None:
    """Also those that no scenario uses: whoever gets the service gets all of its code."""
    assert all(module.plain_name for module in modules_of(service))


@pytest.mark.parametrize("entry", catalogue.repairable(), ids=lambda entry: entry.name)
def test_claims_do_not_name_what_is_wrong(entry: Entry) -> None:
    """A participant reads the first lines of docstrings: of claims, and of tests without a claim."""
    for fault in entry.faults:
        told = re.findall(r'"""(.*)', fault.proof.read_text(encoding="utf-8"))[1:]
        words = re.compile(rf"{fault.what}|{fault.what.replace('_', ' ')}", re.IGNORECASE)
        assert [line for line in told if words.search(line)] == []


def test_what_a_fault_lacks_is_said() -> None:
    """One that is not there lacks everything."""
    assert list(FaultEntry("billing.no_such_fault").lacks()) == ["the module services/billing/faults/no_such_fault.py"]
