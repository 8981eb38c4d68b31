"""Scenarios, played live: as expected, and leaving nothing behind however they end."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.lab import RunningLab, lab_command, running_lab
from tests.support.lab_process import started
from tests.support.polling import poll_until
from tests.support.scenario_files import changed

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

FAULT = "billing.float_drift"
WITHIN_S = 180.0
USERS = 20
ACTIONS = """\
fault = "billing.float_drift"

[[action]]
fault = "process.kill"
on = ["billing-service-1"]
at = "1s"

[[action]]
fault = "process.pause"
on = ["web-frontend-1"]
at = "1s"

[[action]]
fault = "setting.change"
on = ["payment-service"]
params = { "card_network.timeout_s" = 1.5 }
at = "2s"

[[action]]
fault = "message.publish"
on = ["order-queue"]
params = { topic = "order.placed", body = "{}" }
at = "2s"

[[action]]
fault = "api.status"
on = ["inventory-service"]
params = { status = 503 }
percent = 5
at = "2s"

[[action]]
fault = "database.latency"
on = ["order-service-1"]
params = { delay_ms = 20 }
at = "2s"

[[action]]
fault = "network.latency"
on = ["order-service->inventory-service"]
params = { latency_ms = 5 }
at = "2s"
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab in which people shop."""
    with running_lab(tmp_path_factory.mktemp("playing"), "--users", str(USERS)) as lab:
        yield lab


def on(lab: RunningLab) -> list[str]:
    """Return what is on."""
    return [one["fault"] for one in lab.json("chaos status")["active"]]


def last(lab: RunningLab) -> dict[str, Any]:
    """Return the latest activation."""
    found: dict[str, Any] = lab.json("chaos history")["activations"][0]
    return found


def load(lab: RunningLab) -> tuple[str, int]:
    """Return shape and number of the shoppers asked for."""
    status = lab.json("load status")
    return status["shape"], status["users_asked"]


def test_billing_drift_goes_as_expected(lab: RunningLab) -> None:
    """Steady, drift, off, no new damage; then load and data as they were."""
    done = lab_command(lab.home.root, "chaos run", "billing-drift", "--seed", "7", "--json", within_s=WITHIN_S)
    result = json.loads(done.stdout)
    assert (result["outcome"], done.returncode) == ("as-expected", 0), result["reason"]
    phases = {phase["name"]: phase for phase in result["phases"]}
    assert list(phases) == ["steady", "inject", "observe", "stop", "steady again", "restore"]
    assert phases["observe"]["probes"][0]["value"] >= 10
    assert all(probe["verdict"] == "held" for phase in phases.values() for probe in phase["probes"])
    assert [(one["fault"], one["state"]) for one in result["injected"]] == [(FAULT, "reverted")]
    assert (result["data"], load(lab), on(lab)) == ("reset", ("steady", USERS), [])
    assert last(lab)["seed"] == result["injected"][0]["seed"]


def test_a_quiet_night_stays_quiet(lab: RunningLab) -> None:
    """Nothing is switched on, all stays steady, and the load is as it was; the long test has ten minutes of it."""
    done = lab_command(lab.home.root, "chaos run", "quiet-night", "--observe", "5s", "--json", within_s=WITHIN_S)
    result = json.loads(done.stdout)
    assert (result["outcome"], done.returncode) == ("as-expected", 0), result["reason"]
    assert [phase["name"] for phase in result["phases"]] == ["steady", "observe", "steady again", "restore"]
    assert (result["injected"], result["data"], load(lab), on(lab)) == ([], "untouched", ("steady", USERS), [])


@pytest.fixture
def at_once(tmp_path: Path) -> str:
    """Return a file with the same fault, of which nothing has to be steady before."""
    file = tmp_path / "small.toml"
    file.write_text(
        changed(
            ("at_most = 0", "at_least = 0"),
            ("at_most = 1000", "at_most = 1e12"),
            ('settle = "1s"', 'settle = "60s"'),
        )
    )
    return str(file)


def test_ctrl_c_switches_off_and_restores(lab: RunningLab, at_once: str) -> None:
    """Exit code 1, a result that says so, nothing on, the load as it was."""
    with started(lab.home.root, "chaos run", at_once, "--observe", "10m", "--keep-data", "--json") as run:
        poll_until(lambda: on(lab) == [FAULT], "the fault to be on", within_s=WITHIN_S)
        run.send_signal(signal.SIGINT)
        told, _ = run.communicate(timeout=WITHIN_S)
    result = json.loads(told)
    assert (result["outcome"], result["data"], run.returncode) == ("interrupted", "kept", 1)
    assert [one["state"] for one in result["injected"]] == ["reverted"]
    assert (on(lab), load(lab)) == ([], ("steady", USERS))


def test_a_runner_that_is_killed_leaves_nothing_on(lab: RunningLab, at_once: str) -> None:
    """Nobody renews its leases: the controller switches off what it held, the load is as it was."""
    with started(lab.home.root, "chaos run", at_once, "--observe", "10m", "--json") as run:
        poll_until(lambda: on(lab) == [FAULT], "the fault to be on", within_s=WITHIN_S)
        assert load(lab) == ("steady", 40)
        run.kill()
        run.communicate(timeout=WITHIN_S)
    poll_until(lambda: on(lab) == [], "the lease to lapse")
    poll_until(lambda: last(lab)["state"] == "reverted", "the fault to be off everywhere")
    assert last(lab)["cause"] == "owner-gone"
    poll_until(lambda: load(lab) == ("steady", USERS), "the load to be as it was")


def test_every_family_of_actions_goes_on_and_off(lab: RunningLab, tmp_path: Path) -> None:
    """Code, process, setting, message, API, database and network in one file, each at its time."""
    file = tmp_path / "small.toml"
    file.write_text(
        changed(
            ('fault = "billing.float_drift"\nfor = "60s"\n', ACTIONS),
            ('[load]\nusers = 40\nshape = "steady"\n', ""),
            ("at_most = 0", "at_least = 0"),
            ('within = "1s"', 'within = "30s"'),
            ("at_least = 10", "at_least = 0"),
            ("at_most = 1000", "at_most = 1e12"),
            ('settle = "1s"', 'settle = "60s"'),
        )
    )
    done = lab_command(lab.home.root, "chaos run", str(file), "--keep-data", "--json", within_s=WITHIN_S)
    result = json.loads(done.stdout)
    assert (result["outcome"], done.returncode) == ("as-expected", 0), result
    assert [one["fault"] for one in result["injected"]] == re.findall('fault = "(.*)"', ACTIONS)
    assert {one["state"] for one in result["injected"]} == {"reverted"}
    assert on(lab) == []


@pytest.mark.long
def test_a_short_night(lab: RunningLab) -> None:
    """One scenario, held for some seconds, then all as new."""
    night = ("--seed", "3", "--for", "90s", "--pause", "0s..1s", "--hold", "5s", "--only", "billing-drift", "--json")
    done = lab_command(lab.home.root, "chaos schedule", *night, within_s=300)
    result = json.loads(done.stdout)
    assert done.returncode == 0, result["plays"]
    assert (result["finished"], len(result["plays"])) == (True, 1)
    assert (on(lab), load(lab)) == ([], ("steady", USERS))
