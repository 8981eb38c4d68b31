"""Every scenario of the catalogue, live: it goes as expected, its alert fires soon, and ends when all is well again."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from chaos.scenario import loading
from chaos.scenario.model import Scenario
from tests.support.lab import RunningLab, lab_command, running_lab
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.timeout(1200)]

HOLD = "30s"
QUIET_WITHIN_S = 120.0
RUN_WITHIN_S = 900.0


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab in which a few people shop."""
    with running_lab(tmp_path_factory.mktemp("catalogue"), "--users", "10") as lab:
        yield lab


def alerts(lab: RunningLab) -> list[dict[str, Any]]:
    """Return what has fired so far, the latest first."""
    found: list[dict[str, Any]] = lab.json("alerts --history")["alerts"]
    return found


def fires(lab: RunningLab, name: str | None) -> bool:
    """Whether an alert of that name fires now; without a name, whether any does that pages."""
    return any(
        one["state"] == "firing" and (one["name"] == name if name else one["severity"] == "page") for one in alerts(lab)
    )


@pytest.mark.parametrize("scenario", loading.catalogue(), ids=lambda scenario: scenario.name)
def test_a_scenario_goes_as_expected(lab: RunningLab, scenario: Scenario) -> None:
    """Steady, on, seen, off, steady; the alert comes within a minute, and goes."""
    if scenario.requires:
        pytest.skip(f"needs {', '.join(scenario.requires)}")
    poll_until(lambda: not fires(lab, None), "a quiet pager", within_s=QUIET_WITHIN_S, every_s=2)
    run = ("chaos run", scenario.name, "--seed", "7", "--observe", HOLD, "--json")
    done = lab_command(lab.home.root, *run, within_s=RUN_WITHIN_S)
    result = json.loads(done.stdout)
    assert (result["outcome"], done.returncode) == ("as-expected", 0), result["reason"]
    began_s = datetime.fromisoformat(result["phases"][1]["started_at"]).timestamp()
    after_s = [(one["name"], one["fired_at_s"] - began_s) for one in alerts(lab) if one["fired_at_s"] >= began_s]
    if scenario.alert is None:
        assert after_s == []
        return
    soonest_s = min((passed for alert, passed in after_s if alert == scenario.alert), default=float("inf"))
    assert soonest_s <= scenario.alert_within, after_s
    poll_until(lambda: not fires(lab, scenario.alert), "the alert to be over", within_s=QUIET_WITHIN_S, every_s=2)
