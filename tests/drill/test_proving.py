"""`lab prove`: a verdict about what the code does, whatever the code does about the verdict."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from drill import catalogue
from drill.places import ROOT
from drill.workspace.handing_out import hand_out

BILLING = catalogue.read("billing-drift")
(DRIFT,) = BILLING.faults
PLAIN = Path("services/billing/booking.py")
APP = Path("services/billing/app.py")
SETTINGS = Path("services/billing/settings.py")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return what is handed out for billing."""
    folder = tmp_path / "workspace"
    hand_out(BILLING, folder)
    return folder


def prove(folder: Path, home: Path, *options: str, scenario: str = "billing-drift") -> subprocess.CompletedProcess[str]:
    """Run `lab prove`."""
    command = [
        sys.executable,
        "-m",
        "lab",
        "prove",
        scenario,
        "--services",
        str(folder),
        "--home",
        str(home),
        "--quick",
        *options,
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def append(path: Path, text: str) -> None:
    """Add lines to a file."""
    path.write_text(path.read_text() + text)


def plant_conftest(workspace: Path) -> None:
    """Lie in wait for pytest, in every place where it might look."""
    text = (
        "import pytest\n\n\n@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_makereport(item, call):\n"
        "    report = yield\n    report.outcome = 'passed'\n    return report\n"
    )
    for folder in (".", "services", "services/billing", "tests"):
        (workspace / folder).mkdir(exist_ok=True)
        (workspace / folder / "conftest.py").write_text(text)
        (workspace / folder / "sitecustomize.py").write_text("import os\nos._exit(0)\n")


def forge_a_verdict(workspace: Path) -> None:
    """Write what one would like to read, into every pipe and file that the judged process finds."""
    told = {"says": "All is well.", "serves": False, "when": "call", "held": True, "seen": "", "example": ""}
    line = json.dumps(told).encode() + b"\n"
    append(
        workspace / APP,
        "\n\nimport os\n\nfor number in range(1, 64):\n    try:\n"
        f"        os.write(number, {line!r})\n    except OSError:\n        pass\n",
    )
    (workspace / "proofs.jsonl").write_text('{"proven": true}\n')
    (workspace / "verdict.json").write_text('{"proven": true}\n')


def patch_the_clock(workspace: Path) -> None:
    """Have time stand still in the judged process."""
    append(workspace / APP, "\n\nimport time\n\ntime.time = lambda: 0.0\ntime.perf_counter = lambda: 0.0\n")


def end_with_success(workspace: Path) -> None:
    """End the process as if all were well, as soon as it is asked for the books."""
    changed = (workspace / PLAIN).read_text().replace("    discount = ", "    os._exit(0)\n    discount = ")
    (workspace / PLAIN).write_text(changed.replace("\n\nfrom services", "\n\nimport os\n\nfrom services"))


CHEATS = (plant_conftest, forge_a_verdict, patch_the_clock, end_with_success)


def test_what_does_not_hold_is_said_and_kept(workspace: Path, tmp_path: Path) -> None:
    """In words of the claims, without a name of what is wrong; with who, when and what was changed. No cheat helps."""
    for cheat in (plant_conftest, forge_a_verdict):
        cheat(workspace)
    judged = prove(workspace, tmp_path / "home")
    assert judged.returncode == 1, judged.stdout + judged.stderr
    assert "holds  An order is invoiced, and its invoice can be read." in judged.stdout
    assert "fails  Every invoice sums to its order, line by line and as a whole." in judged.stdout
    assert "4 of 5 claims do not hold." in judged.stdout
    assert not {"float", "fault", "faulty"} & set(judged.stdout.lower().split())
    (kept,) = map(json.loads, (tmp_path / "home" / "run" / "proofs.jsonl").read_text().splitlines())
    assert (kept["scenario"], kept["proven"]) == ("billing-drift", False)
    assert kept["at"]
    assert kept["who"]
    assert "+++ b/services/billing/conftest.py" in kept["diff"]
    assert "README.md" not in kept["diff"]


def test_a_repair_is_proven(workspace: Path, tmp_path: Path) -> None:
    """As a participant would do it: edit the file, have it proven."""
    (workspace / PLAIN).write_bytes(DRIFT.repairs[0].path.read_bytes())
    judged = prove(workspace, tmp_path / "home", "--json")
    assert judged.returncode == 0, judged.stdout + judged.stderr
    result = json.loads(judged.stdout)
    assert result["proven"]
    assert [claim["held"] for claim in result["proofs"][0]["claims"]] == [True] * 5


@pytest.mark.long
@pytest.mark.parametrize("cheat", CHEATS)
def test_cheating_does_not_help(workspace: Path, tmp_path: Path, cheat: Callable[[Path], None]) -> None:
    """The bug is still there, and it is found."""
    cheat(workspace)
    judged = prove(workspace, tmp_path / "home", "--json")
    assert judged.returncode == 1, judged.stdout + judged.stderr


def without_services(workspace: Path) -> None:
    """Leave nothing to judge."""
    (workspace / "services").rename(workspace / "elsewhere")


def with_an_unknown_service(workspace: Path) -> None:
    """Bring something that the lab has no place for."""
    (workspace / "services" / "warehouse").mkdir()


def with_the_outside_world(workspace: Path) -> None:
    """Make the card network easier to bear."""
    (workspace / "services" / "provider").mkdir()


def with_another_service_only(workspace: Path) -> None:
    """Hand in what is not in question."""
    (workspace / "services" / "billing").rename(workspace / "services" / "order")


def with_a_slip(workspace: Path) -> None:
    """Write what is no Python."""
    append(workspace / PLAIN, "def (:\n")


def ending_at_import(workspace: Path) -> None:
    """End before anything begins."""
    append(workspace / SETTINGS, "\n\nimport os\n\nos._exit(0)\n")


UNFIT = {
    without_services: "There is no folder `services`",
    with_an_unknown_service: "There is no service called warehouse.",
    with_the_outside_world: "provider is the outside world",
    with_another_service_only: "There is no services/billing in",
    with_a_slip: "cannot be imported: SyntaxError",
    ending_at_import: "cannot be imported: Python ended with 0.",
}


@pytest.mark.parametrize(("spoil", "says"), UNFIT.items(), ids=[spoil.__name__ for spoil in UNFIT])
def test_what_cannot_be_judged_is_refused(
    workspace: Path, tmp_path: Path, spoil: Callable[[Path], None], says: str
) -> None:
    """With exit code 2 and what to do; nothing is kept of it."""
    spoil(workspace)
    judged = prove(workspace, tmp_path / "home")
    assert (judged.returncode, says in judged.stderr) == (2, True), judged.stderr
    assert not (tmp_path / "home").exists()
