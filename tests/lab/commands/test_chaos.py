"""`lab chaos`, with a real controller and a real replica."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lab import chaos_text, state
from lab.cli import root
from lab.home import Home
from tests.support.chaos_processes import FAULT, ControllerProcess, ReplicaProcess


def _lab(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(root, ["chaos", *arguments, "--home", str(home)], prog_name="lab")


def _json(home: Path, *arguments: str) -> Any:
    return json.loads(_lab(home, *arguments, "--json").stdout)


def _write_state(home: Path, url: str) -> None:
    Home.at(home).run.mkdir(exist_ok=True)
    written = state.LabState(
        supervisor=1, socket="", started_at="", port_base=8080, urls={"controller": url}, replicas={}
    )
    state.write(Home.at(home), written)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of a lab whose only processes are a controller and one replica of billing."""
    folder = tmp_path_factory.mktemp("lab")
    run = Home.at(folder).run
    with (
        ControllerProcess(run) as controller,
        ReplicaProcess(controller.channel, run, "billing-service-1"),
    ):
        controller.wait_for("billing-service-1")
        _write_state(folder, controller.url)
        yield folder


@pytest.fixture(autouse=True)
def _nothing_is_on(home: Path) -> Iterator[None]:
    yield
    _lab(home, "stop", "--all")
    _lab(home, "release")


def test_it_lists_the_faults(home: Path) -> None:
    """Name and state, one line each."""
    assert _json(home, "list")["faults"][0]["name"] == FAULT
    assert FAULT in _lab(home, "list").stdout


def test_injecting_says_how_long_it_took(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`lab chaos inject NAME --for 5m` tells replicas and milliseconds; the status tells what is left of it."""
    result = _lab(home, "inject", FAULT, "--for", "5m", "--accept-partial")
    assert result.exit_code == 0
    assert f"{FAULT} is on for 5m: applied on 1 replica in " in result.stdout
    assert result.stdout.endswith(" ms\n")
    ends = datetime.fromisoformat(_json(home, "status")["active"][0]["expires_at"])
    monkeypatch.setattr(chaos_text, "now", lambda: ends - timedelta(minutes=5))
    assert f"{FAULT}: active, 5m left" in _lab(home, "status").stdout


def test_stopping_works_however_often(home: Path) -> None:
    """By name or all, on or off."""
    _json(home, "inject", FAULT, "--accept-partial")
    assert f"{FAULT}: off, applied on 1 replica" in _lab(home, "stop", FAULT).stdout
    for arguments in (("stop", FAULT), ("stop", "--all")):
        again = _lab(home, *arguments)
        assert (again.exit_code, "is off already" in again.stdout) == (0, True)
    assert _json(home, "status")["active"] == []


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("inject", "biling.float_drift"), f"Did you mean {FAULT}?"),
        (("inject", FAULT, "--for", "5"), "write 5s"),
        (("inject", FAULT, "--for", "soon"), "Write 30s, 5m, 1m30s or 1h"),
        (("inject", FAULT, "--for", "1h30m"), "from 1s to 1h"),
        (("inject", FAULT, "--for", "0s"), "from 1s to 1h"),
        (("stop",), "--all"),
        (("stop", FAULT, "--all"), "--all"),
        (("stop", "biling.float_drift"), f"Did you mean {FAULT}?"),
    ],
)
def test_a_mistake_is_told_what_to_write(home: Path, arguments: tuple[str, ...], advice: str) -> None:
    """Exit code 2, and the way out."""
    result = _lab(home, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert advice in result.stderr


def test_what_is_on_already_is_told_how_to_stop_it(home: Path) -> None:
    """The advice is a command to paste."""
    _lab(home, "inject", FAULT, "--accept-partial")
    result = _lab(home, "inject", FAULT)
    assert result.exit_code == 2
    assert f"lab chaos stop --home {home} {FAULT}" in result.stderr


def test_where_and_how_are_said_in_options(home: Path) -> None:
    """`--on`, `--percent`, `--baggage`, `--seed` reach the controller as they were meant, and are shown again."""
    options = ("--on", "billing-service", "--percent", "40", "--baggage", "customer=customer-7", "--seed", "7")
    injected = _json(home, "inject", FAULT, *options, "--accept-partial")
    assert injected["on"] == ["billing-service"]
    assert (injected["percent"], injected["seed"]) == (40.0, 7)
    assert injected["baggage"] == {"key": "customer", "value": "customer-7"}
    shown = _lab(home, "show", injected["id"]).stdout
    assert f"{FAULT} on billing-service: " in shown
    for said in ("percent: 40.0", "customer-7", "seed: 7"):
        assert said in shown


def test_a_parameter_that_the_fault_does_not_have_is_refused(home: Path) -> None:
    """`--set` goes to the controller, which knows the parameters."""
    result = _lab(home, "inject", FAULT, "--set", "speed=12")
    assert result.exit_code == 2
    assert f"{FAULT} has no parameter 'speed'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("--set", "speed"), "write NAME=VALUE"),
        (("--baggage", "customer"), "write NAME=VALUE"),
        (("--percent", "0"), "--percent"),
        (("--percent", "101"), "--percent"),
        (("--seed", "-1"), "--seed"),
        (("--on", "order-service"), "billing-service-1"),
    ],
)
def test_an_option_that_cannot_be_meant_is_told_what_to_write(
    home: Path, arguments: tuple[str, ...], advice: str
) -> None:
    """Exit code 2; nothing is on."""
    result = _lab(home, "inject", FAULT, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert advice in result.stderr
    assert _json(home, "status")["active"] == []


def test_the_history_tells_what_was_on_and_why_it_ended(home: Path) -> None:
    """Newest first; `show` tells every step, also as a journal of Chaos Toolkit."""
    injected = _json(home, "inject", FAULT, "--accept-partial")
    _lab(home, "stop", FAULT)
    newest = _json(home, "history", "--limit", "1")["activations"]
    assert [(one["id"], one["cause"]) for one in newest] == [(injected["id"], "stopped")]
    listed = _lab(home, "history").stdout
    assert injected["id"] in listed
    steps = [event["state"] for event in _json(home, "show", injected["id"])["events"]]
    assert steps[:4] == ["requested", "validated", "intent", "arming"]
    assert steps[-2:] == ["reverting", "reverted"]
    assert "reverting      stopped" in _lab(home, "show", injected["id"]).stdout
    exported = json.loads(_lab(home, "show", injected["id"], "--chaostoolkit").stdout)
    assert exported["experiment"]["title"]


def test_what_there_never_was_cannot_be_shown(home: Path) -> None:
    """Exit code 2, and where to look."""
    result = _lab(home, "show", "none")
    assert result.exit_code == 2
    assert "lab chaos history" in result.stderr


def test_stopping_everything_holds_until_it_is_released(home: Path) -> None:
    """The lever is a file that replicas see as well; `release` lets faults be switched on again."""
    _json(home, "inject", FAULT, "--accept-partial")
    assert "lab chaos release" in _lab(home, "stop", "--all").stdout
    assert Home.at(home).stop_file.exists()
    refused = _lab(home, "inject", FAULT)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "lab chaos release" in refused.stderr
    assert "The stop lever is held" in _lab(home, "status").stdout
    assert "released" in _lab(home, "release").stdout
    assert not Home.at(home).stop_file.exists()
    assert _lab(home, "inject", FAULT, "--accept-partial").exit_code == 0


def test_errors_are_json_for_programs(home: Path) -> None:
    """With `--json` the refusal is an object too."""
    _json(home, "inject", FAULT, "--accept-partial")
    assert _json(home, "inject", FAULT)["error"]["code"] == "chaos-refused"


def test_an_unknown_fault_is_an_unknown_name_like_any_other(home: Path) -> None:
    """The code is that of every name that is not known, for injecting and for stopping."""
    for verb in ("inject", "stop"):
        assert _json(home, verb, "nothing.like_it")["error"]["code"] == "unknown-name"


def test_without_a_lab_it_says_how_to_start_one(tmp_path: Path) -> None:
    """Exit code 2 and `lab up`."""
    result = _lab(tmp_path, "status")
    assert result.exit_code == 2
    assert "lab up" in result.stderr


def test_a_controller_that_is_gone_is_named(tmp_path: Path) -> None:
    """The lab's state outlives it: the message names the address."""
    _write_state(tmp_path, "http://127.0.0.1:1")
    result = _lab(tmp_path, "status")
    assert result.exit_code == 2
    assert "http://127.0.0.1:1" in result.stderr
