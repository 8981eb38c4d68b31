"""`config-drift`, live: no alert shows it, a look for drift finds it and nothing else, putting it back ends it."""

import json
from collections.abc import Iterator

import pytest

from tests.support.lab import RunningLab, lab_command, running_lab
from tests.support.lab_process import started
from tests.support.playing_alone import answered, paged, standing
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.timeout(900)]

SCENARIO = "config-drift"
SETTING, DECLARED = "card_network.timeout_s", "0.5"
FOUND = [f"setting-changed:payment-service-1/{SETTING}=4"]
OBSERVED = "45s"
WITHIN_S = 120.0


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab in which people shop."""
    with running_lab(tmp_path_factory.mktemp("drift"), "--users", "30") as lab:
        yield lab


def drift(lab: RunningLab) -> list[str]:
    """Return what a look for drift finds."""
    done = lab_command(lab.home.root, "drift", "--json")
    assert done.returncode in (0, 1), done.stderr
    return [one["id"] for one in json.loads(done.stdout)["drift"]]


def test_drift_finds_it_and_alerts_do_not(lab: RunningLab) -> None:
    """It, and nothing else, while it is on; nothing at all before and after."""
    assert drift(lab) == []
    with started(lab.home.root, "chaos run", SCENARIO, "--observe", OBSERVED, "--keep-data", "--json") as run:
        poll_until(lambda: drift(lab) == FOUND, "the one finding", within_s=WITHIN_S, every_s=1.0)
        told, _ = run.communicate(timeout=WITHIN_S)
    result = json.loads(told)
    assert (result["outcome"], run.returncode) == ("as-expected", 0), result["reason"]
    assert lab.json("alerts", "--history")["alerts"] == []
    assert drift(lab) == []


def test_it_is_resolved_by_the_answer_and_by_putting_it_back(lab: RunningLab) -> None:
    """Somebody calls; that all is green is no answer; no code is to be repaired."""
    with paged(lab, SCENARIO):
        assert answered(lab, "nothing") == {"right": False, "cost": 10}
        assert answered(lab, "payment", "a timeout that nobody declared") == {"right": True, "cost": 0}
        lab.cli("ops set", "payment-service", f"{SETTING}={DECLARED}")
        poll_until(
            lambda: standing(lab)["times"]["resolved_s"] is not None, "the end of it", within_s=WITHIN_S, every_s=1.0
        )
        assert drift(lab) == []
        sheet = json.loads(lab.cli("reveal", "--json", within_s=120))["sheet"]
    assert (sheet["paged_by"], sheet["points"]["wrong"], sheet["points"]["total"]) == ("message", 10, 90)
