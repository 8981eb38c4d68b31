"""`slow-network`, live: payment waits for the card network while the way is slow, and no longer."""

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
    """Steady, slow, off, steady: the median of the calls tells."""
    done = lab_command(lab.home.root, "chaos run", "slow-network", "--seed", "7", "--json", within_s=300)
    result = json.loads(done.stdout)
    assert (result["outcome"], done.returncode) == ("as-expected", 0), result["reason"]
    medians = {phase["name"]: phase["probes"][0]["value"] for phase in result["phases"] if phase["probes"]}
    assert medians["observe"] >= 0.25 > medians["steady again"]
