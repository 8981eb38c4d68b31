"""The catalogue, live: every scenario is played as it stands in its file, and goes as expected."""

import json
from collections.abc import Iterator

import pytest

from chaos.scenario import loading
from tests.support.lab import RunningLab, lab_command, running_lab

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.timeout(900)]

WITHIN_S = 600.0
PLAYABLE = [scenario.name for scenario in loading.catalogue() if not scenario.requires]
"""What asks for back ends that a lab of processes has not got is played elsewhere."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab in which people shop."""
    with running_lab(tmp_path_factory.mktemp("catalogue"), "--users", "20") as lab:
        yield lab


@pytest.mark.parametrize("name", PLAYABLE)
def test_a_scenario_goes_as_expected(lab: RunningLab, name: str) -> None:
    """Steady, its symptoms in time, steady again; then nothing is on any more."""
    done = lab_command(lab.home.root, "chaos run", name, "--seed", "7", "--json", within_s=WITHIN_S)
    result = json.loads(done.stdout)
    assert (result["outcome"], done.returncode) == ("as-expected", 0), result["reason"]
    assert lab.json("chaos status")["active"] == []
