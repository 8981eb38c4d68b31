"""`quiet-night`, live: nothing is wrong, so no alert fires, the advisor names nobody, and `nothing` is worth all."""

import json
from collections.abc import Iterator

import pytest

from tests.support.lab import RunningLab, running_lab
from tests.support.lab_process import started
from tests.support.playing_alone import answered, paged
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.timeout(1500)]

SCENARIO = "quiet-night"
NIGHT = "10m"
ENDS_WITHIN_S = 900.0
ASKED_EVERY_S = 30.0
ASKED_AT_LEAST = 15
NOBODY = "Nothing is wrong"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab in which people shop."""
    with running_lab(tmp_path_factory.mktemp("quiet"), "--users", "30") as lab:
        yield lab


def test_ten_minutes_are_silent(lab: RunningLab) -> None:
    """All stays steady; not one alert fires; whoever asks for suspects, every half a minute, gets none."""
    heard: list[str] = []
    with started(lab.home.root, "chaos run", SCENARIO, "--observe", NIGHT, "--json") as night:

        def over() -> bool:
            ended = night.poll() is not None
            if not ended:
                sections = lab.json("advise", "suspects")["sections"]
                heard.append(sections[0]["title"])
            return ended

        poll_until(over, "the end of the night", within_s=ENDS_WITHIN_S, every_s=ASKED_EVERY_S)
        told, _ = night.communicate()
    result = json.loads(told)
    assert (result["outcome"], night.returncode) == ("as-expected", 0), result["reason"]
    assert lab.json("alerts", "--history")["alerts"] == []
    assert len(heard) >= ASKED_AT_LEAST
    assert heard == [NOBODY] * len(heard)


def test_nothing_is_the_answer(lab: RunningLab) -> None:
    """Somebody calls; whoever says that all is well has all the points."""
    with paged(lab, SCENARIO):
        assert answered(lab, "nothing") == {"right": True, "cost": 0}
        sheet = json.loads(lab.cli("reveal", "--json", within_s=120))["sheet"]
    assert (sheet["paged_by"], sheet["points"]["total"]) == ("message", 100)
