"""`lab certify` where no code is wrong: what is found of answer and probes, and what is wrong with bad ones."""

import json

import pytest
from click.testing import CliRunner

from advisor.calm.reading import load
from advisor.calm.source import DOCUMENT
from chaos.probes.spec import SettingProbe
from chaos.scenario import loading
from chaos.scenario.model import Scenario
from drill import catalogue
from drill.catalogue import Entry
from drill.certifying.answered import LIVE, checks
from drill.certifying.certifying import Certificate, certify
from drill.errors import NothingToRepair
from lab.cli import root
from lab.drift.settings import limits
from tests.support.scenario_files import small

CONTROL, CHANGED = "quiet-night", "config-drift"
VALUE = 'setting = "card_network.timeout_s"\nequals = 0.5'
TRIGGER = 'fault = "network.partition"\non = ["payment-service->payment-provider"]\n'


def changed(name: str, *changes: tuple[str, str]) -> Scenario:
    """Return a scenario of the catalogue with each text of its file replaced by another."""
    text = (loading.FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return loading.parse(name, text)


@pytest.mark.parametrize("name", [CONTROL, CHANGED])
def test_one_without_code_is_certified_by_what_can_be_judged(name: str) -> None:
    """There are no versions of code; that it is silent is left to a lab that runs, and said."""
    certificate = certify(catalogue.read(name))
    assert (certificate.problems, certificate.outcomes) == ([], ())
    assert {one.verdict for one in certificate.answered if one.name != LIVE} == {"holds"}
    assert [one.verdict for one in certificate.answered if one.name == LIVE] == ["judged live"]


def test_the_table_has_them() -> None:
    """For people, and for programs."""
    told = CliRunner().invoke(root, ["certify", CONTROL])
    assert told.exit_code == 0
    assert "judged live" in told.output
    assert "certified: by answer and probes" in told.output
    (found,) = json.loads(CliRunner().invoke(root, ["certify", CHANGED, "--json"]).stdout)["scenarios"]
    assert (found["certified"], found["kill_rate"], found["cases"]) == (True, None, [])
    assert [one["name"] for one in found["answered"]] == ["answer", "page", "probes", "signs", LIVE]


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        (CONTROL, ('service = "nothing"', 'service = "order-service"'), "Nothing is on, and it says order-service."),
        (CONTROL, ("level = 2", 'level = 2\nalert = "LedgerDrift"'), "LedgerDrift does."),
        (CHANGED, ('service = "payment-service"\n', 'service = "order-service"\n'), "is on is on payment-service."),
        (
            CHANGED,
            ("at_least = 1\n", "at_least = 9\n"),
            "Payment waits longer than was agreed: it is not so while it is on",
        ),
        (CHANGED, ("at_least = 1\n", "at_least = 0\n"), "longer than was agreed: it is so while it is off"),
        (CHANGED, (VALUE, VALUE.replace("0.5", "4")), "as long as was agreed: it is so while it is on"),
        (CHANGED, (VALUE, VALUE.replace("timeout_s", "slots")), "of each setting that is changed"),
    ],
)
def test_what_is_wrong_is_said(name: str, change: tuple[str, str], says: str) -> None:
    """With what, and it is not certified."""
    (problem,) = Certificate(name, (), checks(changed(name, change))).problems
    assert says in problem


def test_a_trigger_alone_is_not_certified() -> None:
    """Something fails outside, and nothing of ours is wrong: there is nothing to certify."""
    entry = Entry(small(('fault = "billing.float_drift"\n', TRIGGER)))
    with pytest.raises(NothingToRepair):
        certify(entry)


def test_whatever_is_in_the_catalogue_can_be_certified() -> None:
    """One way or the other."""
    assert list(catalogue.certifiable()) == list(catalogue.everything())


def test_what_it_calls_agreed_is_what_the_document_declares() -> None:
    """For the caller whose limit it is."""
    declared = limits(load(DOCUMENT), "embedded")
    probes = [one.probe for one in catalogue.read(CHANGED).scenario.steady if isinstance(one.probe, SettingProbe)]
    assert probes
    for probe in probes:
        assert declared[f"{probe.of}", probe.setting].value == probe.tolerance.equals
