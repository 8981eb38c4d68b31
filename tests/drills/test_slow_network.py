"""`slow-network`, live: payment falls behind while the way to the card network is slow, and no longer."""

import json
from collections.abc import Iterator

import pytest

from tests.support.lab import RunningLab, lab_command, running_lab

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab in which people shop."""
    with running_lab(tmp_path_factory.mktemp("slow"), "--users", "20") as lab:
        yield lab


def test_slow_network_goes_as_expected(lab: RunningLab) -> None:
    """Steady, slow, off, steady: the way is slow, and payment far slower than the way."""
    done = lab_command(lab.home.root, "chaos run", "slow-network", "--seed", "7", "--json", within_s=300)
    result = json.loads(done.stdout)
    assert (result["outcome"], done.returncode) == ("as-expected", 0), result["reason"]
    way, failures = next(phase["probes"] for phase in result["phases"] if phase["name"] == "observe")
    assert way["value"] >= 0.12
    assert failures["value"] >= 0.3
