"""Every scenario of the catalogue, live: nothing that trainees can reach names it or a fault, or says there is one."""

import json
from collections.abc import Iterator

import pytest

from chaos.scenario import loading
from chaos.scenario.model import Scenario
from tests.support.lab import RunningLab, lab_command, running_lab

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.timeout(1200)]

SCANNED_WITHIN_S = 900.0
SURFACES = {"documents", "headers", "logs", "metrics", "pages", "processes", "spans"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab in which a few people shop."""
    with running_lab(tmp_path_factory.mktemp("leaks"), "--users", "10") as lab:
        yield lab


@pytest.mark.parametrize("scenario", loading.catalogue(), ids=lambda scenario: scenario.name)
def test_nothing_gives_it_away(lab: RunningLab, scenario: Scenario) -> None:
    """While it is on and afterwards, everything could be searched, and nothing was found."""
    if scenario.requires:
        pytest.skip(f"needs {', '.join(scenario.requires)}")
    done = lab_command(lab.home.root, "leaks", scenario.name, "--seed", "7", "--json", within_s=SCANNED_WITHIN_S)
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    assert (told["findings"], told["unreachable"]) == ([], [])
    assert told["searched_characters"].keys() == SURFACES
    assert all(told["searched_characters"].values())
    assert (told["outcome"], told["sealed"]) == ("as-expected", True), told["reason"]
