"""Starting the controller where it cannot start: a sentence, exit code 2."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.chaos_processes import ROOT, ControllerProcess
from tests.support.polling import poll_until


def _refusal(home: Path, **environment: str) -> str:
    started = subprocess.run(
        [sys.executable, "-m", "chaos.serve"],
        cwd=ROOT,
        env={"CHAOS_HOME": str(home), "CHAOS_PORT": "0", "CHAOS_CHANNEL_PORT": "0", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode == 2, started.stderr
    assert started.stdout == ""
    assert started.stderr.count("\n") == 1
    return started.stderr


def test_a_door_that_is_open_to_strangers_is_refused(tmp_path: Path) -> None:
    """A non-loopback address without a token."""
    assert "set CHAOS_TOKEN" in _refusal(tmp_path, CHAOS_HOST="0.0.0.0")  # noqa: S104 -- what is refused


@pytest.mark.parametrize("setting", ["CHAOS_PORT", "CHAOS_CHANNEL_PORT"])
def test_a_port_that_is_taken_is_named(tmp_path: Path, setting: str) -> None:
    """The sentence names the port and the setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refusal = _refusal(tmp_path, **{setting: port})
    assert f"127.0.0.1:{port}" in refusal
    assert f"Set {setting} to a free port" in refusal


def test_a_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    """The sentence names the file."""
    (tmp_path / "channel.key").write_text("short")
    assert "channel.key must hold a key" in _refusal(tmp_path)


def test_a_home_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """The sentence names the folder."""
    (tmp_path / "file").write_text("")
    assert str(tmp_path / "file") in _refusal(tmp_path / "file")


def test_a_home_in_which_another_controller_is_at_work_is_refused(tmp_path: Path) -> None:
    """The sentence says who it is; that one notices nothing, and loses its home with its life, however it ends."""
    with ControllerProcess(tmp_path) as first:
        refusal = _refusal(tmp_path)
        assert f"another controller (pid {first.pid}) is at work in {tmp_path}" in refusal
        assert first.status()["epoch"] == first.epoch
        first.kill(signal.SIGSTOP)
        assert "is at work" in _refusal(tmp_path)
        first.kill()
        poll_until(lambda: first.is_dead, "the first one's end")
        with ControllerProcess(tmp_path) as second:
            assert second.epoch == first.epoch + 1


def test_the_caretaker_of_a_dead_controller_does_not_keep_its_home(tmp_path: Path) -> None:
    """Which lives on for as long as it has to: here it stands still."""
    with ControllerProcess(tmp_path) as first:
        caretakers = {child.pid for child in psutil.Process(first.pid).children()}
        assert caretakers
        for pid in caretakers:
            os.kill(pid, signal.SIGSTOP)
        try:
            first.kill()
            poll_until(lambda: first.is_dead, "the first one's end")
            with ControllerProcess(tmp_path) as second:
                assert second.epoch == first.epoch + 1
        finally:
            for pid in caretakers:
                os.kill(pid, signal.SIGCONT)


def test_a_setting_that_cannot_be_meant_is_named(tmp_path: Path) -> None:
    """The sentence names the variable."""
    assert "CHAOS_PORT: " in _refusal(tmp_path, CHAOS_PORT="http")
