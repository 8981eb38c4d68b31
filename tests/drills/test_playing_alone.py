"""A drill for one, live: paged by a real alert, answered, repaired, revealed; and the sheet is kept."""

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drill import catalogue
from drill.workspace.fault import read
from tests.support.lab import RunningLab, lab_command, running_lab
from tests.support.lab_process import started
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.timeout(900)]

SCENARIO, FAULT = "billing-drift", "billing.float_drift"
PAGED_WITHIN_S = 240.0
MITIGATED_WITHIN_S = 120.0


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab in which people shop."""
    with running_lab(tmp_path_factory.mktemp("alone"), "--users", "40") as lab:
        yield lab


def status(lab: RunningLab) -> dict[str, Any]:
    """Return where the drill stands; nothing while it has not begun."""
    done = lab_command(lab.home.root, "play", "status", "--json")
    return json.loads(done.stdout) if done.returncode == 0 else {"phase": "none"}


def wait_for_page(lab: RunningLab, play: "subprocess.Popen[str]") -> None:
    """Return when the page has come."""

    def paged() -> bool:
        assert play.poll() is None, play.communicate()
        return bool(status(lab)["phase"] == "paged")

    poll_until(paged, "the page", within_s=PAGED_WITHIN_S, every_s=1.0)


def ensure_sealed(lab: RunningLab) -> None:
    """Fail unless everything that could tell is shut, and nothing that a trainee reads names the scenario."""
    for verb in ("chaos status", "chaos list", "chaos history", "logs controller", f"show {SCENARIO} --answer"):
        first, *words = verb.split()
        refused = lab_command(lab.home.root, first, *words)
        assert refused.returncode == 2, refused.stdout
        assert "A drill is on" in refused.stderr
    telling = {SCENARIO, FAULT, FAULT.partition(".")[2]}
    for log in lab.home.logs.glob("*.log"):
        assert not [word for word in telling if word in log.read_text(errors="replace")]


def repaired(folder: Path) -> None:
    """Put a right repair into a workspace."""
    (entry,) = catalogue.read(SCENARIO).faults
    shutil.copy(entry.repairs[0].path, folder / "services" / entry.service / read(entry.module).plain_path)


def test_a_drill_from_the_page_to_the_sheet(lab: RunningLab, tmp_path: Path) -> None:
    """Alert, hint, wrong answer, right answer, proven repair, signs gone, reveal; then all is open again."""
    play = started(lab.home.root, "play", "--tag", "money", "--level", "1", "--seed", "5", "--soon")
    try:
        wait_for_page(lab, play)
        ensure_sealed(lab)
        assert lab.json("ack")["acknowledged_s"] >= 0
        assert lab.json("hint")["price"] == 5
        assert lab.json("answer payment", "it waits") == {"right": False, "cost": 10}
        lab.json("workspace create", str(tmp_path / "night"))
        refused = lab_command(lab.home.root, "prove", "--services", str(tmp_path / "night"), "--json", within_s=300)
        assert (refused.returncode, json.loads(refused.stdout)["proofs"]) == (1, None)
        assert lab.json("answer billing", "binary", "floats") == {"right": True, "cost": 0}
        repaired(tmp_path / "night")
        assert json.loads(lab.cli("prove", "--services", str(tmp_path / "night"), "--json", within_s=300))["proven"]
        poll_until(
            lambda: status(lab)["times"]["mitigated_s"] is not None, "the signs to go", within_s=MITIGATED_WITHIN_S
        )
        told = json.loads(lab.cli("reveal", "--json", within_s=120))
        assert play.wait(timeout=180) == 0
    finally:
        play.kill()
        pager, _ = play.communicate()
    assert "The alert LedgerDrift fires" in pager
    assert told["answer"]["service"] == "billing-service"
    lab.cli("scores --mark", "partly")
    (sheet,) = lab.json("scores")["scores"]
    assert sheet == {**told["sheet"], "mark": "partly"}
    assert (sheet["scenario"], sheet["ended"], sheet["paged_by"]) == (SCENARIO, "revealed", "LedgerDrift")
    assert [one["service"] for one in sheet["answers"]] == ["payment-service", "billing-service"]
    assert (sheet["points"]["hints"], sheet["points"]["wrong"]) == (5, 10)
    assert all(took is not None for took in sheet["times"].values())
    assert lab.json("chaos history")["activations"][0]["fault"] == FAULT


def test_a_drill_that_is_killed_leaves_nothing_on(lab: RunningLab) -> None:
    """Its leases run out; nobody is told that a drill is on any more, and the next one can begin."""
    play = started(lab.home.root, "play", "--scenario", SCENARIO, "--soon")
    wait_for_page(lab, play)
    play.send_signal(signal.SIGKILL)
    play.communicate()

    def is_open() -> bool:
        asked = lab_command(lab.home.root, "chaos", "status", "--json")
        return asked.returncode == 0 and json.loads(asked.stdout)["active"] == []

    poll_until(is_open, "the leases to run out", within_s=60)
    assert lab_command(lab.home.root, "play", "status").returncode == 2
