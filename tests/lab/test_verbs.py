"""Verbs that need no lab: completion, the doctor, help."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lab import checks
from lab.cli import root
from lab.home import Home
from lab.ports import free_block
from tests.support.lab import ROOT, environment, lab_command


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_is_printed_for_every_shell(shell: str) -> None:
    """The script refers back to the command, which answers what may come next."""
    done = subprocess.run(
        [sys.executable, "-m", "lab", "completion", shell], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "_LAB_COMPLETE" in done.stdout


def _completed(words: str, count: int) -> set[str]:
    asked = environment({"_LAB_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(count)})
    command = [sys.executable, "-m", "lab"]
    done = subprocess.run(command, cwd=ROOT, env=asked, capture_output=True, text=True, check=False)
    return {line.split(",")[1] for line in done.stdout.splitlines()}


def test_completion_offers_verbs_and_names_of_services(tmp_path: Path) -> None:
    """What can be typed is completed, from the platform itself when no lab runs."""
    assert {"reset", "restart"} <= _completed("lab res", 1)
    assert _completed(f"lab logs --home {tmp_path} pay", 4) == {
        "payment",
        "payment-service",
        "payment-service-1",
        "payment-provider",
        "payment-provider-1",
    }


def test_every_verb_is_listed_with_a_sentence() -> None:
    """Help is made from the verbs themselves."""
    done = subprocess.run([sys.executable, "-m", "lab", "-h"], cwd=ROOT, capture_output=True, text=True, check=True)
    context = root.make_context("lab", ["status"], resilient_parsing=True)
    for verb in root.list_commands(context):
        assert verb in done.stdout


def test_doctor_finds_nothing_wrong_here(tmp_path: Path) -> None:
    """On a machine on which these tests run, no check is bad; each says what it has seen."""
    done = lab_command(tmp_path, "doctor", "--json", "--port-base", "28000")
    told = json.loads(done.stdout)
    names = {check["check"] for check in told["checks"]}
    assert {"python", "venv", "packages", "memory", "open files", "clock", "sockets", "home", "key", "ports"} <= names
    bad = [check for check in told["checks"] if check["verdict"] == "bad"]
    assert (told["healthy"], done.returncode) == (not bad, 2 if bad else 0)
    assert not [check for check in bad if check["check"] not in ("packages", "ports")]


def test_doctor_and_start_name_a_taken_port_in_the_same_words(tmp_path: Path) -> None:
    """The doctor tells for which process the port is wanted, as `lab up` does."""
    base = free_block()
    with socket.create_server(("127.0.0.1", base + 5)):
        done = lab_command(tmp_path, "doctor", "--port-base", str(base))
    assert f"Port {base + 5}, for inventory-service-1, is taken by" in done.stdout


def test_doctor_says_what_to_do_about_a_home_that_is_no_folder(tmp_path: Path) -> None:
    """What is wrong comes with a way out and exit code 2."""
    (tmp_path / "file").touch()
    done = lab_command(tmp_path / "file" / "home", "doctor")
    assert done.returncode == 2
    assert "✗ home" in done.stdout
    assert "→" in done.stdout


def test_doctor_sees_a_key_that_others_can_read(tmp_path: Path) -> None:
    """The key signs what switches faults on; it is its owner's alone."""
    home = Home.at(tmp_path)
    home.run.mkdir()
    home.key_file.write_text("00" * 32)
    home.key_file.chmod(0o644)
    assert checks.key(home).verdict == "bad"
    home.key_file.chmod(0o600)
    assert checks.key(home).verdict == "good"


def test_doctor_sees_packages_that_differ_from_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both a wrong version and a missing package are named; what is meant for other systems may be missing."""
    lock = tmp_path / "requirements.lock"
    lock.write_text("click==0.1 \\\n    --hash=x\nno-such-thing==1 \\\ncolorama==1 ; sys_platform == 'win32' \\\n")
    monkeypatch.setattr(checks, "LOCK_FILE", lock)
    finding = checks.packages()
    assert finding.verdict == "bad"
    assert "instead of 0.1" in finding.what
    assert "no-such-thing 1 is missing" in finding.what
    assert "colorama" not in finding.what
