"""Scenarios as experiments of Chaos Toolkit."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from chaoslib.experiment import ensure_experiment_is_valid
from chaoslib.hypothesis import ensure_hypothesis_tolerance_is_valid, within_tolerance

from chaos.scenario import loading
from chaos.toolkit.export import experiment_of, keys_of
from chaos.toolkit.watching import parsed
from tests.support.chaos_toolkit import Toolkit
from tests.support.lab import ROOT, environment, lab_command
from tests.support.scenario_files import small

CLAIM = "at_most = 0"
"""Of the `[[steady]]` of the small scenario."""
PHASES = (
    'says = "No cents are lost"',
    'says = "No cents are lost"\nwhen = "before"\nkind = "value"\nmetric = "ledger_drift_cents"\nat_most = 0\n'
    '[[steady]]\nsays = "None get lost any more"\nwhen = "after"\nkind = "value"\nmetric = "ledger_drift_cents"\n'
    'does_not_grow = "15s"\n[[steady]]\nsays = "The shop is open"',
)
TWO_ACTIONS = (
    "[[steady]]",
    '[[action]]\nfault = "network.latency"\non = ["payment-service->payment-provider"]\nat = "30s"\nfor = "60s"\n'
    'params = { latency_ms = 400 }\npercent = 50\nseed = 7\n[[symptom]]\nsays = "More are"\nwithin = "70s"\n'
    'kind = "value"\nmetric = "ledger_drift_cents"\nat_least = 20\n[[steady]]',
)


def exported(*changes: tuple[str, str]) -> dict[str, Any]:
    """Return the small scenario, changed, as what a reader of the file gets."""
    experiment: dict[str, Any] = json.loads(json.dumps(experiment_of(small(*changes), "a-lab")))
    return experiment


@pytest.mark.parametrize("name", loading.names())
def test_every_scenario_is_a_valid_experiment(name: str) -> None:
    """For the library that plays it."""
    ensure_experiment_is_valid(json.loads(json.dumps(experiment_of(loading.read(name), ".lab"))))


@pytest.mark.parametrize("name", loading.names())
def test_every_probe_means_the_same_in_the_experiment(name: str) -> None:
    """Written down and read again, it is the scenario's."""
    for claim in loading.read(name).claims():
        assert parsed(json.loads(json.dumps(keys_of(claim.probe)))) == claim.probe


@pytest.mark.parametrize("name", loading.names())
def test_the_experiment_keeps_the_answer_sealed(name: str) -> None:
    """Page, hints and answer are for the exercise."""
    scenario = loading.read(name)
    written = json.dumps(experiment_of(scenario, ".lab"), ensure_ascii=False)
    sealed = [scenario.page, scenario.answer.mechanism, scenario.answer.repair, *(hint.text for hint in scenario.hints)]
    assert not [text for text in sealed if json.dumps(text, ensure_ascii=False)[1:-1] in written]


@pytest.mark.parametrize(
    ("comparison", "holds", "misses"),
    [
        ("at_most = 0", [0, -1.5], [0.1, "text"]),
        ("at_least = 0.05", [0.05, 7], [0.04, "text"]),
        ("between = [1, 5]", [1, 3.5, 5], [0.9, 5.1, "text"]),
        ("equals = 200", [200, 200.0], [200.5, 503]),
        ("equals = 0.25", [0.25], [0.2, 0.3]),
        ('does_not_grow = "15s"', [0, -3], [1]),
    ],
)
def test_a_comparison_becomes_a_tolerance(comparison: str, holds: list[Any], misses: list[Any]) -> None:
    """Chaos Toolkit takes it, and judges as we do."""
    _, measured = exported((CLAIM, comparison))["steady-state-hypothesis"]["probes"]
    ensure_hypothesis_tolerance_is_valid(measured["tolerance"])
    assert [value for value in holds if not within_tolerance(measured["tolerance"], value)] == []
    assert [value for value in misses if within_tolerance(measured["tolerance"], value)] == []


def test_text_is_compared_as_it_is() -> None:
    """With the only word for it that there is."""
    page = 'kind = "http"\npath = "/products"\nmeasure = "field"\nfield = "products.0.sku"\nequals = "MUG"'
    _, measured = exported(
        ('kind = "value"\nmetric = "ledger_drift_cents"\nof = "billing-service"\nat_most = 0', page)
    )["steady-state-hypothesis"]["probes"]
    assert measured["tolerance"] == "MUG"


def test_the_method_follows_the_timeline() -> None:
    """An action waits until its time has come, a symptom for what is left of its own; then all is stopped."""
    method = exported(TWO_ACTIONS)["method"]
    assert [(one["name"], one.get("pauses", {}).get("before"), _within(one)) for one in method] == [
        ("inject billing.float_drift", None, None),
        ("Cents are lost", None, 1.0),
        ("inject network.latency", 29.0, None),
        ("More are", None, 40.0),
        ("stop network.latency", None, None),
        ("stop billing.float_drift", None, None),
    ]
    assert method[2]["provider"]["arguments"] == {
        "fault": "network.latency",
        "on": ["payment-service->payment-provider"],
        "params": {"latency_ms": 400},
        "duration_s": 60,
        "percent": 50,
        "baggage": None,
        "seed": 7,
        "guards": [
            {
                "says": "Memory is not exhausted",
                "patience": "0s",
                "kind": "value",
                "metric": "process_resident_memory_bytes",
                "at_most": 1000,
            }
        ],
    }


def test_the_rollbacks_stop_everything() -> None:
    """Also when the method was left half-way."""
    experiment = exported(TWO_ACTIONS)
    assert [one["provider"]["arguments"] for one in experiment["rollbacks"]] == [
        {"fault": "network.latency"},
        {"fault": "billing.float_drift"},
    ]


def test_what_counts_at_one_end_only_is_a_probe_of_the_method() -> None:
    """A hypothesis of Chaos Toolkit counts at both."""
    experiment = exported(PHASES)
    hypothesis = [one["name"] for one in experiment["steady-state-hypothesis"]["probes"]]
    assert hypothesis == ["Nothing is on", "The shop is open"]
    names = [one["name"] for one in experiment["method"]]
    assert (names[0], names[-1]) == ("No cents are lost", "None get lost any more")


def test_tags_and_description_tell_what_it_is_and_what_it_needs() -> None:
    """The load is for people to set, and data to reset."""
    experiment = exported(("settle", "corrupts_data = true\nsettle"), (CLAIM, 'does_not_grow = "15s"'))
    assert experiment["tags"] == ["nightshift", "small", "level-1", "money"]
    assert "lab load set --users 40 --shape steady" in experiment["description"]
    assert "lab reset" in experiment["description"]
    assert set(experiment["contributions"].values()) == {"high"}


def test_export_prints_an_experiment_that_chaos_validate_accepts(tmp_path: Path, toolkit: Toolkit) -> None:
    """Both from the command line; it names the home that was chosen, and needs no lab."""
    done = lab_command(tmp_path / "home", "chaos export", "billing-drift")
    assert done.returncode == 0, done.stderr
    experiment = json.loads(done.stdout)
    assert experiment["configuration"]["nightshift_home"]["default"] == str(tmp_path / "home")
    toolkit.write(experiment)
    code, output = toolkit.validate()
    assert code == 0, output


def test_export_writes_a_file(tmp_path: Path) -> None:
    """And says how to play it; where it cannot write it says so."""
    file = tmp_path / "drift.json"
    done = lab_command(tmp_path, "chaos export", "billing-drift", "-o", str(file))
    assert done.stdout == f"Wrote {file}. Play it: chaos run --rollback-strategy always {file}\n"
    assert json.loads(file.read_text())["method"]
    refused = lab_command(tmp_path, "chaos export", "billing-drift", "-o", str(tmp_path / "nowhere" / "drift.json"))
    assert refused.returncode == 2
    assert "cannot be written" in refused.stderr


def test_export_of_an_unknown_scenario_names_the_nearest(tmp_path: Path) -> None:
    """Exit code 2."""
    done = lab_command(tmp_path, "chaos export", "billing-drif")
    assert done.returncode == 2
    assert "Did you mean billing-drift?" in done.stderr


def test_export_and_controller_do_without_chaos_toolkit(tmp_path: Path) -> None:
    """It is an optional extra."""
    without = (
        "import sys; sys.modules['chaoslib'] = None\n"
        "import chaos.serve, chaos.toolkit.actions, chaos.toolkit.probes, chaos.toolkit.tolerances\n"
        "from lab.cli import main; sys.argv = ['lab', 'chaos', 'export', 'billing-drift']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", without], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["title"]


def _within(activity: dict[str, Any]) -> float | None:
    within_s: float | None = activity["provider"]["arguments"].get("within_s")
    return within_s
