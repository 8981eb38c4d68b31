"""`quiet-night`, played: somebody calls, nothing is wrong, and whoever says so has all the points."""

import json
from collections.abc import Iterator

import pytest

from tests.support.lab import RunningLab, running_lab
from tests.support.playing_alone import answered, paged

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.timeout(600)]

SCENARIO = "quiet-night"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab in which people shop."""
    with running_lab(tmp_path_factory.mktemp("quiet"), "--users", "30") as lab:
        yield lab


def test_nothing_is_the_answer(lab: RunningLab) -> None:
    """However long one has looked."""
    with paged(lab, SCENARIO):
        assert answered(lab, "nothing") == {"right": True, "cost": 0}
        sheet = json.loads(lab.cli("reveal", "--json", within_s=120))["sheet"]
    assert (sheet["paged_by"], sheet["points"]["total"]) == ("message", 100)
