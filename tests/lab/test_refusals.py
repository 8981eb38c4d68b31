"""What stops a lab from starting: a clear message, exit code 2, and nothing half-started."""

import ast
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.home import Home
from lab.lock_holders import is_held
from lab.ports import free_block
from tests.support.lab import ROOT, STANDIN, end, lab_command, running_lab
from tests.support.polling import poll_until

pytestmark = pytest.mark.live


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home in which, whatever happens, no lab is left."""
    home = tmp_path / "home"
    yield home
    end(Home.at(home))


def _refusal(home: Path, *options: str, env: dict[str, str] | None = None, topology: str = STANDIN) -> str:
    """Return what `lab up` says when it refuses; nothing may run then."""
    base = () if "--port-base" in options else ("--port-base", "0")
    refused = lab_command(home, "up", "--detach", *base, *options, "--topology", topology, env=env)
    assert refused.returncode == 2, refused.stdout + refused.stderr
    poll_until(lambda: not is_held(Home.at(home)), "nothing left of the lab")
    return refused.stderr


def test_taken_port_is_named_with_who_has_it(home: Path) -> None:
    """The message names port, service and the process that has it, and suggests one command that works."""
    base = free_block()
    with socket.create_server(("127.0.0.1", base + 4)):
        said = _refusal(home, "--port-base", str(base))
    assert f"Port {base + 4}, for store-service-1, is taken by" in said
    assert f"pid {os.getpid()}" in said
    assert f"lab up --home {home} --port-base 0" in said


def test_ports_of_another_lab_are_told_in_a_sentence(home: Path, tmp_path: Path) -> None:
    """However many they are: two by name, the rest by number, and whose they are; nothing of the refused lab stays."""
    with running_lab(tmp_path / "other", topology=STANDIN) as other:
        base = other.json("status")["port_base"]
        said = _refusal(home, "--port-base", str(base))
    assert f"Ports {base + 4} (store-service-1), {base + 2} (door-service-1) and 2 more are taken by" in said
    assert f"another lab, in {other.home.root}." in said
    assert not home.exists()


def test_a_refused_lab_leaves_nothing_behind(tmp_path: Path) -> None:
    """What was there stays as it was; what was not is not there afterwards, and the doctor makes nothing either."""
    (tmp_path / "there").mkdir()
    _refusal(tmp_path / "there" / "new" / "home", env={"LAB_MIN_FREE_MB": str(1 << 40)})
    lab_command(tmp_path / "there" / "home", "doctor")
    assert list(tmp_path.rglob("*")) == [tmp_path / "there"]


def test_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A home below a file cannot exist; the message says which path and what else to do."""
    obstacle = tmp_path / "file"
    obstacle.touch()
    said = _refusal(obstacle / "home")
    assert "cannot be written: Not a directory" in said
    assert "lab up --home DIR" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_home_without_write_permission_is_named(tmp_path: Path) -> None:
    """A folder of somebody else is not a home."""
    (locked := tmp_path / "locked").mkdir(mode=0o500)
    assert "cannot be written: Permission denied" in _refusal(locked / "home")


def test_too_little_room_is_told_beforehand(home: Path) -> None:
    """A disk that is nearly full would break databases later; the lab does not start on it."""
    said = _refusal(home, env={"LAB_MIN_FREE_MB": str(1 << 40)})
    assert "MB are free on the disk of" in said
    assert "Make room" in said


def test_full_disk_is_told(home: Path) -> None:
    """When writing fails for want of room, that is what the message says."""
    limited = ["bash", "-c", 'ulimit -f 0; exec "$@"', "bash", sys.executable, "-m", "lab"]
    home.mkdir()
    command = [*limited, "up", "-d", "--home", str(home), "--port-base", "0", "--topology", STANDIN]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert refused.returncode == 2
    assert "no room on the disk" in refused.stderr


def test_service_that_fails_to_start_ends_the_lab_with_its_reason(home: Path) -> None:
    """The message carries the failure itself, not only the fact."""
    said = _refusal(home, topology="tests.support.standin:broken")
    assert "door-service-1 ended (exit code 1) before it was ready" in said
    assert "RuntimeError: the drawer is stuck" in said


def test_service_that_never_becomes_ready_ends_the_lab(home: Path) -> None:
    """Waiting has a bound, and the message says how long it was."""
    said = _refusal(home, topology="tests.support.standin:slow", env={"LAB_READY_WITHIN_S": "3"})
    assert "door-service-1 runs, but was not ready within 3 s" in said


def test_refusal_is_readable_for_programs(home: Path) -> None:
    """With `--json` the error is an object with a code, on standard output."""
    refused = lab_command(home, "status", "--json")
    error = json.loads(refused.stdout)["error"]
    assert (refused.returncode, error["code"]) == (2, "not-running")
    assert error["hint"] == f"Start one with: lab up --home {home} --detach"
    assert str(home) in error["message"]


def test_old_python_is_turned_away_by_the_command() -> None:
    """An interpreter that is too old is told so before it stumbles over syntax."""
    code = "import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_module('lab', run_name='__main__')"
    refused = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "Python 3.11 or newer is needed; this is 3.9" in refused.stderr


def test_first_module_is_readable_for_an_old_python() -> None:
    """`lab/__main__.py` uses no syntax that an old interpreter could not even read."""
    for name in ("__init__.py", "__main__.py"):
        ast.parse((ROOT / "lab" / name).read_text(), feature_version=(3, 7))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ('case "$*" in *version_info*) exit 1;; *) echo 3.9.2;; esac', "Python 3.11 or newer is needed"),
        ('case "$*" in *ensurepip*) exit 1;; *) exit 0;; esac', "cannot make virtual environments"),
    ],
    ids=["old Python", "no venv module"],
)
def test_set_up_says_what_the_machine_lacks(tmp_path: Path, answers: str, expected: str) -> None:
    """`make setup` needs Python and its venv module, and says so with exit code 2, having made nothing."""
    clone = tmp_path / "a clone"
    (clone / "lab").mkdir(parents=True)
    for name in ("Makefile", "lab/setup.sh", "requirements.lock", "requirements-dev.lock", "requirements-uv.lock"):
        shutil.copy(ROOT / name, clone / name)
    (tmp_path / "bin").mkdir()
    for version in ("", ".11", ".12", ".13", ".14"):
        python = tmp_path / "bin" / f"python3{version}"
        python.write_text(f"#!/bin/sh\n{answers}\n")
        python.chmod(0o755)
    refused = subprocess.run(
        ["make", "setup"],
        cwd=clone,
        env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert expected in refused.stderr
    assert not (clone / ".venv").exists()
