"""However a lab ends, nothing of it is left."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from lab.home import Home
from tests.support.lab import ROOT, STANDIN, command_line, end, lab_command, running_lab
from tests.support.polling import poll_until

pytestmark = pytest.mark.live


def test_down_ends_every_process_and_may_be_repeated(tmp_path: Path) -> None:
    """After `lab down` no process is left; a second one finds nothing to do."""
    with running_lab(tmp_path, topology=STANDIN) as lab:
        pids = lab.pids()
        assert lab.json("down")["ended"] is True
        assert not [pid for pid in pids if _lives(pid)]
        assert lab.json("down") == {"ended": False}
        assert lab_command(lab.home.root, "status").returncode == 2


def test_killed_supervisor_leaves_no_orphan(tmp_path: Path) -> None:
    """SIGKILL to the supervisor ends fork server, services and load generator; the next lab starts at once."""
    with running_lab(tmp_path, topology=STANDIN) as lab:
        pids = lab.pids()
        os.kill(lab.supervisor(), signal.SIGKILL)
        poll_until(lab.gone, "the end of every process")
        poll_until(lambda: not [pid for pid in pids if _lives(pid)], "their being gone")
        again = lab_command(lab.home.root, "up", "--detach", "--port-base", "0", "--topology", STANDIN)
        assert again.returncode == 0, again.stderr


def test_stopped_process_is_no_orphan_either(tmp_path: Path) -> None:
    """A replica that was stopped (SIGSTOP) cannot end itself; the fork server sees to it."""
    with running_lab(tmp_path, "--no-load", topology=STANDIN) as lab:
        stopped = lab.pid("store-service-1")
        os.kill(stopped, signal.SIGSTOP)
        os.kill(lab.supervisor(), signal.SIGKILL)
        poll_until(lambda: not _lives(stopped), "the end of the stopped process", within_s=15)
        poll_until(lab.gone, "the end of every process")


def test_next_lab_waits_for_what_is_left_of_a_killed_one(tmp_path: Path) -> None:
    """`lab up` after a kill waits for what is left of the former lab rather than fail on its ports."""
    with running_lab(tmp_path, "--no-load", topology=STANDIN) as lab:
        os.kill(lab.supervisor(), signal.SIGKILL)
        again = lab_command(
            lab.home.root, "up", "--detach", "--no-load", "--port-base", _base(lab.url("store")), "--topology", STANDIN
        )
        assert again.returncode == 0, again.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_lab_in_the_foreground_ends_with_its_command(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end everything in good order; the command succeeds and says so."""
    foreground, home = _in_the_foreground(tmp_path)
    foreground.send_signal(number)
    said, _ = foreground.communicate(timeout=20)
    assert foreground.returncode == 0
    assert "ended" in said
    assert lab_command(home.root, "status").returncode == 2
    end(home)


def test_start_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C while the lab starts is not success, and nothing stays half-started."""
    home = Home.at(tmp_path / "home")
    command = command_line(home.root, "up", "--detach", "--port-base", "0", "--topology", "tests.support.standin:slow")
    starting = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    poll_until(home.log("door-service-1").exists, "the first process")
    starting.send_signal(signal.SIGINT)
    _, complaint = starting.communicate(timeout=20)
    assert starting.returncode == 130
    assert "Ended before it was up" in complaint
    end(home)


def test_lab_in_the_foreground_does_not_outlive_its_command(tmp_path: Path) -> None:
    """A terminal that is closed, or a command that is killed, takes its lab with it."""
    foreground, home = _in_the_foreground(tmp_path)
    foreground.kill()
    foreground.communicate(timeout=20)
    end(home)


def test_two_labs_side_by_side_do_not_meet(tmp_path: Path) -> None:
    """Labs with different homes share neither processes nor ports, and one ends without the other."""
    with (
        running_lab(tmp_path / "a", "--no-load", topology=STANDIN) as one,
        running_lab(tmp_path / "b", "--no-load", topology=STANDIN) as other,
    ):
        assert not set(one.pids()) & set(other.pids())
        assert one.url("store") != other.url("store")
        one.cli("down")
        assert {replica["state"] for replica in other.status().values()} == {"ready", "stopped"}


def _in_the_foreground(folder: Path) -> tuple[subprocess.Popen[str], Home]:
    home = Home.at(folder / "home")
    command = command_line(home.root, "up", "--no-load", "--port-base", "0", "--topology", STANDIN)
    foreground = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert foreground.stdout is not None
    while "Ctrl-C" not in (line := foreground.stdout.readline()):
        assert line, "the lab did not start"
    return foreground, home


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _base(url: str) -> str:
    return str(int(url.rsplit(":", 1)[1]) - 4)
