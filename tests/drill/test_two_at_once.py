"""A workspace for several faults at once: all of them are in the code, and each is judged by its own proof."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from drill import catalogue
from drill.catalogue import Entry, FaultEntry
from drill.errors import NothingToRepair, Unfit
from drill.places import ROOT
from drill.workspace.fault import read
from drill.workspace.handing_out import hand_out
from tests.support.workspaces import telling, texts

IN_TWO_SERVICES = ("billing-drift", "poison-message")
IN_ONE_SERVICE = ("payment-outage", "double-charge")


def repair(fault: FaultEntry, folder: Path) -> None:
    """Put a right repair of one fault into a workspace."""
    (folder / "services" / fault.service / read(fault.module).plain_path).write_bytes(
        fault.repairs[0].path.read_bytes()
    )


def prove(names: tuple[str, ...], folder: Path, home: Path) -> tuple[int, dict[str, Any]]:
    """Return how `lab prove` ended, and what it said."""
    command = [
        sys.executable,
        "-m",
        "lab",
        "prove",
        *names,
        "--services",
        str(folder),
        "--home",
        str(home),
        "--json",
        "--quick",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode < 2, done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout)


def create(names: tuple[str, ...], folder: Path) -> Entry:
    """Write a workspace as a facilitator does; return what it is for."""
    command = [sys.executable, "-m", "lab", "workspace", "create", *names, str(folder), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    entry = catalogue.together(names)
    assert json.loads(done.stdout)["services"] == entry.services
    return entry


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(IN_TWO_SERVICES, id="two services"),
        pytest.param(IN_ONE_SERVICE, id="one service", marks=pytest.mark.long),
    ],
)
def test_each_is_judged_and_all_have_to_hold(names: tuple[str, ...], tmp_path: Path) -> None:
    """One repaired of two is half of the work, and said so; both are the whole."""
    folder, home = tmp_path / "workspace", tmp_path / "home"
    first, second = create(names, folder).faults
    repair(first, folder)
    code, half = prove(names, folder, home)
    assert (code, [one["accepted"] for one in half["proofs"]]) == (1, [True, False])
    repair(second, folder)
    code, whole = prove(names, folder, home)
    assert (code, [one["accepted"] for one in whole["proofs"]], whole["proven"]) == (0, [True, True], True)
    kept = [json.loads(line) for line in (home / "run" / "proofs.jsonl").read_text().splitlines()]
    assert [(one["scenario"], one["proven"]) for one in kept] == [(" ".join(names), False), (" ".join(names), True)]
    for fault in (first, second):
        assert f"+++ b/services/{fault.service}/{read(fault.module).plain_path}" in kept[1]["diff"]


@pytest.mark.parametrize("names", [IN_TWO_SERVICES, IN_ONE_SERVICE], ids=["two services", "one service"])
def test_both_are_in_it_and_nothing_tells(names: tuple[str, ...], tmp_path: Path) -> None:
    """The bugs are simply the code; the page has what the pager said of both."""
    entry = catalogue.together(names)
    hand_out(entry, tmp_path / "workspace")
    assert list(telling(entry, tmp_path / "workspace")) == []
    readme = texts(tmp_path / "workspace")["README.md"]
    assert all(one.page.strip() in readme for one in entry.scenarios)
    assert "lab prove SCENARIO … --services" in readme


def test_three_faults_of_one_scenario_are_in_one_workspace(tmp_path: Path) -> None:
    """Each in its service."""
    entry = catalogue.read("retry-storm")
    assert hand_out(entry, tmp_path / "workspace") == ["gateway", "order", "payment"]
    assert len(entry.faults) == 3


def test_a_name_said_twice_counts_once() -> None:
    """There is one such fault."""
    assert catalogue.together(["billing-drift", "billing-drift"]) == catalogue.read("billing-drift")


def test_one_of_several_without_code_is_refused(tmp_path: Path) -> None:
    """By its name; nothing is written."""
    with pytest.raises(NothingToRepair, match="quiet-night has no code of ours"):
        hand_out(catalogue.together(["billing-drift", "quiet-night"]), tmp_path / "workspace")
    assert not (tmp_path / "workspace").exists()


def test_what_cannot_be_at_the_same_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same fault with two values."""
    one = catalogue.read("billing-drift").scenario
    (action,) = one.actions
    other = one.model_copy(update={"actions": (action.model_copy(update={"params": {"share": 1.0}}),)})
    entries = {"one": Entry(one), "other": Entry(other)}
    monkeypatch.setattr(catalogue, "read", entries.__getitem__)
    with pytest.raises(Unfit, match="needs billing to be otherwise than the others do"):
        catalogue.together(["one", "other"])
