"""`lab up --services DIR`: which processes run whose code, and what is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

from drill import catalogue
from drill.errors import Unfit
from drill.places import ROOT
from drill.workspace.handing_out import hand_out
from lab import own_code
from lab.errors import LabError
from lab.process import modules
from lab.topology import platform
from tests.support.lab import lab_command


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return what is handed out for billing."""
    hand_out(catalogue.read("billing-drift"), tmp_path / "workspace")
    return tmp_path / "workspace"


def test_the_services_in_it_are_programs_of_their_own(workspace: Path) -> None:
    """The fork server has loaded the lab's code; nobody else changes."""
    topology = own_code.on(platform(), str(workspace))
    changed = [process for process in topology.processes if process.folder]
    assert [(process.short, process.forked) for process in changed] == [("billing", False)]
    forked = [process for process in topology.processes if process.forked]
    assert not [module for module in modules(forked) if "billing" in module]
    assert len(topology.processes) == len(platform().processes)
    assert not [process for process in own_code.on(platform(), "").processes if process.folder]


def test_what_is_not_in_the_folder_is_not_taken_from_the_lab(workspace: Path, tmp_path: Path) -> None:
    """A service or a module that is missing there is missing: the lab's own code, repaired, must not serve instead."""
    code = "from services.chassis.elsewhere import take_from; take_from({!r}); import services.billing{}"
    (tmp_path / "services").mkdir()
    for folder, module in ((tmp_path, ""), (workspace, ".faults"), (workspace, ".faults.float_drift")):
        command = [sys.executable, "-c", code.format(str(folder), module)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert "No module named 'services.billing" in done.stderr


def test_a_lab_does_not_start_on_what_is_no_workspace(tmp_path: Path) -> None:
    """Exit code 2, a sentence, and nothing is left of it."""
    refused = lab_command(tmp_path / "home", "up", "--detach", "--port-base", "0", "--services", str(tmp_path))
    assert refused.returncode == 2
    assert "There is no folder `services`" in refused.stderr
    assert "lab workspace create" in refused.stderr
    assert not (tmp_path / "home").exists()


def test_code_that_cannot_be_imported_is_refused(workspace: Path) -> None:
    """Before anything is started."""
    (workspace / "services" / "billing" / "booking.py").write_text("from decimal import Dezimal\n")
    with pytest.raises(LabError, match="cannot import name 'Dezimal'") as refused:
        own_code.on(platform(), str(workspace))
    assert isinstance(refused.value.__cause__, Unfit)
