"""`lab certify`: what makes a proof trustworthy, and what is counted."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from drill import catalogue
from drill.catalogue import FaultEntry
from drill.certifying.certifying import Case, Certificate, Kind, Outcome, cases_of
from drill.certifying.generic import NOTHING
from drill.places import ROOT
from drill.proving.judge import Claim, Verdict, judge
from lab.cli import root

DRIFT = FaultEntry("billing.float_drift")
SERVES = Claim("It serves.", held=True, serves=True, when="call", seen="", example="")
HOLDS = replace(SERVES, says="It is right.", serves=False)
FAILS = replace(HOLDS, held=False, seen="1 != 2")
SILENT = replace(SERVES, held=False)
UNASKED = replace(SERVES, held=False, when="setup")


def outcome(kind: Kind, name: str, *claims: Claim, serves: bool = True) -> Outcome:
    """Return what came of a version of the code."""
    return Outcome(Case(DRIFT, kind, name, "", {}, serves=serves), Verdict(claims, 1.0))


SOUND = (
    outcome("healthy", "healthy", SERVES, HOLDS),
    outcome("repair", "repair_one", SERVES, HOLDS),
    outcome("mutant", NOTHING, SERVES, FAILS),
    *(outcome("mutant", f"mutant_{number}", SERVES, FAILS) for number in range(19)),
    outcome("mutant", "sheds", SILENT, serves=False),
)
BLEMISHES = {
    "healthy is right and was rejected: It is right.": outcome("healthy", "healthy", SERVES, FAILS),
    "repair_two is right and was rejected: It is right.": outcome("repair", "repair_two", SERVES, FAILS),
    "the faulty code itself was accepted": outcome("mutant", NOTHING, SERVES, HOLDS),
    "mutant_x does not start, or serve": outcome("mutant", "mutant_x", UNASKED),
    "mutant_y does not start, or serve": outcome("mutant", "mutant_y", SILENT, FAILS),
    "sheds does not start, or serve": outcome("mutant", "sheds", UNASKED, serves=False),
}


def test_a_sound_proof_is_certified() -> None:
    """One mutant of twenty may slip through, if it is not the one that does nothing."""
    assert Certificate("any", SOUND).problems == []
    slipped = Certificate("any", [*SOUND, outcome("mutant", "mutant_x", SERVES, HOLDS)])
    assert slipped.problems == []
    assert slipped.kill_rate == pytest.approx(21 / 22)


def test_what_is_handed_in_does_not_say_how_to_judge(tmp_path: Path) -> None:
    """A conftest.py that lies beside the services is not run by the process that asks."""
    for folder in (tmp_path, tmp_path / "tests"):
        folder.mkdir(exist_ok=True)
        (folder / "conftest.py").write_text("open(f'{__file__}.was-run', 'w').close()\n")
    assert not judge(DRIFT, tmp_path, to_the_end=False).accepted
    assert list(tmp_path.rglob("*.was-run")) == []


@pytest.mark.parametrize(("says", "blemish"), BLEMISHES.items())
def test_a_blemish_is_named(says: str, blemish: Outcome) -> None:
    """What is right and rejected, what does nothing and is accepted, what proves nothing."""
    (said,) = Certificate("any", [*SOUND, blemish]).problems
    assert says in said


def test_too_many_that_slip_through_are_too_many() -> None:
    """Below 95 % of those that count."""
    slipped = [outcome("mutant", f"mutant_{number}", SERVES, HOLDS) for number in "xy"]
    assert Certificate("any", [*SOUND, *slipped]).problems == ["Only 91% of the mutants were rejected; 95% are needed."]


def test_every_version_is_tried() -> None:
    """The repaired code, every candidate that lies there, what does nothing, and what fits any service."""
    named = [case.name for case in cases_of(DRIFT, {})]
    assert named[:4] == ["healthy", "repair_decimal", "repair_minor_units", NOTHING]
    assert set(named[4:]) > {"mutant_floats_made_idempotent", "restarts", "swallows", "sheds", "constant", "off"}


def test_what_only_works_out_a_value_cannot_be_left_out() -> None:
    """Without the paths of its checks no load balancer would start, which says nothing of the proof."""
    named = [case.name for case in cases_of(FaultEntry("edge.health_check_misconfigured"), {})]
    assert ("off" in named, "constant" in named) == (False, True)


def test_it_has_to_be_said_what_is_to_be_certified() -> None:
    """One scenario, or all."""
    for words in ([], ["billing-drift", "--all"]):
        said = CliRunner().invoke(root, ["certify", *words])
        assert (said.exit_code, "Name a SCENARIO, or say --all." in said.output) == (2, True)


@pytest.mark.long
@pytest.mark.parametrize("scenario", [entry.name for entry in catalogue.certifiable()])
def test_every_scenario_is_certified(scenario: str) -> None:
    """Its proofs tell right from wrong."""
    command = [sys.executable, "-m", "lab", "certify", scenario, "--json"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    assert json.loads(said.stdout)["certified"]
