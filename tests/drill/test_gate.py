"""No scenario without what proves it: a fault of ours with a plain form, a proof, right repairs and wrong ones."""

import re
import shutil
from pathlib import Path

import pytest

from chaos.scenario import loading
from chaos.scenario.errors import InvalidScenario
from drill import catalogue
from drill.catalogue import Entry, FaultEntry
from drill.places import PROOFS, SERVICES, services
from drill.workspace.service import modules_of
from tests.support.gate import missing

SOUND, WHAT = "billing-drift", "float_drift"
TRIGGER = 'fault = "network.latency"\non = ["payment-service->payment-provider"]\nparams = { latency_ms = 5 }\n'


@pytest.mark.parametrize("entry", catalogue.everything(), ids=lambda entry: entry.name)
def test_a_scenario_has_what_proves_it(entry: Entry) -> None:
    """Fault, proof, candidates, alert, answer, failure mode; or, where no code is wrong, an answer and probes."""
    assert missing(entry) == []


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


def changed(name: str, *changes: tuple[str, str]) -> Entry:
    """Return an entry of the catalogue with each text of its file replaced by another."""
    text = (loading.FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return Entry(loading.parse(name, text))


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        (SOUND, ('alert = "LedgerDrift"\n', ""), "an alert that pages, and not None"),
        (SOUND, ('alert = "LedgerDrift"', 'alert = "LedgerDrifts"'), "an alert that pages, and not LedgerDrifts"),
        (SOUND, ('service = "billing-service"\n', 'service = "order-service"\n'), "an answer with billing-service"),
        (SOUND, ("ledger differ", "ledger differs"), "a failure mode that the document has, and not Running totals"),
        (SOUND, ('failure_mode = "Running', '# "Running'), "a failure mode that the document has, and not None"),
        (SOUND, ("billing.float_drift", "billing.no_such_fault"), "the module services/billing/faults/no_such_fault"),
        ("quiet-night", ('service = "nothing"', 'service = "order-service"'), "Nothing is on, and it says order-"),
        ("quiet-night", ("level = 2", 'level = 2\nalert = "LedgerDrift"'), "no alert pages. LedgerDrift does"),
        ("config-drift", ("at_least = 1\n", "at_least = 0\n"), "it is so while it is off"),
        ("config-drift", ("setting.change", "billing.float_drift"), "take it out of the exceptions"),
    ],
)
def test_one_that_lacks_something_is_refused(name: str, change: tuple[str, str], says: str) -> None:
    """By what it lacks."""
    assert any(says in lacking for lacking in missing(changed(name, change)))


def test_a_trigger_alone_is_refused() -> None:
    """Something fails outside, and nothing that is wrong is ours."""
    entry = changed(SOUND, ('fault = "billing.float_drift"\n', TRIGGER))
    assert "a fault of ours: it has a trigger, and no code that is wrong" in missing(entry)


@pytest.mark.parametrize(
    ("table", "lacks"), [("answer", "answer.service"), ("answer.tempting", "answer.tempting")], ids=["it", "tempting"]
)
def test_a_file_without_an_answer_is_not_even_read(table: str, lacks: str) -> None:
    """Nor one without the answer that good people give."""
    text = (loading.FOLDER / f"{SOUND}.toml").read_text(encoding="utf-8")
    without = re.sub(rf"\[{table}\]\n.*?(?=^\[|\Z)", "", text, flags=re.DOTALL | re.MULTILINE)
    with pytest.raises(InvalidScenario, match=f"`{lacks}` is missing"):
        loading.parse(SOUND, without)


@pytest.fixture
def proofs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the proofs of billing, in place of all that there are."""
    folder = tmp_path / "proofs"
    shutil.copytree(PROOFS / "billing", folder / "billing")
    monkeypatch.setattr(catalogue, "PROOFS", folder)
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    return folder / "billing"


def test_a_sound_one_lacks_nothing_there(proofs: Path) -> None:
    """What is refused below is refused for what was taken away."""
    assert proofs.exists()
    assert missing(catalogue.read(SOUND)) == []


@pytest.mark.parametrize(
    ("pattern", "least", "says"),
    [
        (f"test_{WHAT}.py", 1, f"the proof proofs/billing/test_{WHAT}.py"),
        (f"{WHAT}/repair_*.py", 2, f"2 repairs, proofs/billing/{WHAT}/repair_*.py"),
        (f"{WHAT}/mutant_*.py", 3, f"3 mutants of its own, proofs/billing/{WHAT}/mutant_*.py"),
    ],
)
def test_a_fault_without_what_proves_it_is_refused(proofs: Path, pattern: str, least: int, says: str) -> None:
    """Proof, repairs and mutants: one fewer than needed is too few."""
    for file in sorted(proofs.glob(pattern))[least - 1 :]:
        file.unlink()
    assert missing(catalogue.read(SOUND)) == [f"billing.{WHAT}: {says}"]


def test_a_proof_in_which_nothing_serves_is_refused(proofs: Path) -> None:
    """Without it nobody knows whether a wrong repair works at all."""
    proof = proofs / f"test_{WHAT}.py"
    proof.write_text(proof.read_text().replace("mark.serves", "mark.skip"))
    assert ["marked `serves`" in one for one in missing(catalogue.read(SOUND))] == [True]


def test_a_candidate_that_does_not_say_what_it_does_is_refused(proofs: Path) -> None:
    """Tables show it."""
    (proofs / WHAT / "mutant_silent.py").write_text("x = 1\n")
    assert missing(catalogue.read(SOUND)) == [f"billing.{WHAT}: a docstring in mutant_silent.py that says what it does"]


def test_a_fault_that_cannot_be_written_plainly_is_refused(
    proofs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be handed out."""
    module = tmp_path / "services" / "billing" / "faults" / f"{WHAT}.py"
    module.parent.mkdir(parents=True)
    text = (SERVICES / "billing" / "faults" / f"{WHAT}.py").read_text(encoding="utf-8")
    module.write_text(text.replace("Plain: ", "Otherwise: "))
    monkeypatch.setattr(catalogue, "SERVICES", tmp_path / "services")
    (lacking,) = missing(catalogue.read(SOUND))
    assert proofs.exists()
    assert lacking.startswith(f"billing.{WHAT}: its plain form: ")
