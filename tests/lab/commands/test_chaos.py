"""`lab chaos`, with a real controller and a real replica."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lab import state
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
    with (
        ControllerProcess(folder) as controller,
        ReplicaProcess(controller.channel, folder, "billing-service-1"),
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


def test_injecting_says_how_long_it_took(home: Path) -> None:
    """`lab chaos inject NAME --for 5m` tells replicas and milliseconds."""
    result = _lab(home, "inject", FAULT, "--for", "5m", "--accept-partial")
    assert result.exit_code == 0
    assert f"{FAULT} is on for 5m: applied on 1 replica in " in result.stdout
    assert result.stdout.endswith(" ms\n")
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
