"""Damage that a trouble leaves is found, put right by the programs of the guide, and seen to be right."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.lab import ROOT, RunningLab, lab_command, running_lab
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.timeout(900)]

REPAIRS = {"billing-drift": "ledger.py", "double-charge": "charges.py", "oversell-race": "stock.py"}
LEAVES = {"billing-drift": "All money", "double-charge": "All money", "oversell-race": "All stock"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab in which nobody shops unless a scenario has them."""
    with running_lab(tmp_path_factory.mktemp("damaged"), "--no-load") as lab:
        yield lab


def judged(lab: RunningLab) -> dict[str, Any]:
    """Return what is said of the data."""
    found: dict[str, Any] = json.loads(lab_command(lab.home.root, "prove", "--data", "--json").stdout)
    return found


def failed(lab: RunningLab) -> list[str]:
    """Return the claims that do not hold."""
    return [claim["says"] for claim in judged(lab)["claims"] if not claim["held"]]


@pytest.mark.parametrize("scenario", REPAIRS)
def test_damage_is_put_right(lab: RunningLab, scenario: str) -> None:
    """It is left when the trouble is over; the guide's program puts it right, once and again."""
    lab.cli("reset", within_s=120)
    run = ("run", scenario, "--seed", "7", "--observe", "20s", "--keep-data")
    lab.cli("chaos", *run, within_s=600)
    (left,) = poll_until(lambda: [one for one in failed(lab) if one.startswith(LEAVES[scenario])], "the damage")
    assert lab_command(lab.home.root, "prove", "--data").returncode == 1
    program = ROOT / "docs" / "examples" / "repairs" / REPAIRS[scenario]
    for _ in range(2):
        subprocess.run([sys.executable, program, lab.home.root], check=True, capture_output=True, timeout=60)
    poll_until(lambda: left not in failed(lab), "data that is right", within_s=60, every_s=2)
    poll_until(lambda: judged(lab)["right"], "nothing else that is wrong", within_s=60, every_s=2)
    assert lab.json("impact")["zero"] or not lab.json("impact")["damages"]
    named = {"billing-drift": "LedgerDrift", "double-charge": "ChargesInExcess", "oversell-race": "StockMismatch"}
    poll_until(
        lambda: named[scenario] not in {one["name"] for one in lab.json("alerts")["alerts"]},
        "the alert to end",
        within_s=90,
        every_s=2,
    )
