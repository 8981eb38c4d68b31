"""`ps` does not tell which fault or scenario somebody has typed."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lab import state
from lab.home import Home
from tests.support.lab_process import started
from tests.support.polling import poll_until

SCENARIO, FAULT = "billing-drift", "billing.float_drift"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The home of a lab whose controller accepts connections and says nothing: whoever asks it waits."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        urls = {"controller": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        Home.at(tmp_path).run.mkdir()
        state.write(Home.at(tmp_path), state.LabState(1, "", "", 1, urls))
        yield tmp_path


@pytest.fixture
def unread(tmp_path: Path) -> Path:
    """A pipe from which nobody reads: whoever writes to it waits."""
    os.mkfifo(tmp_path / "unread")
    return tmp_path / "unread"


def ensure_concealed(command: "subprocess.Popen[str]") -> None:
    """Fail unless the command's title becomes neutral, and remains so for as long as it lives."""
    try:
        process = psutil.Process(command.pid)
        poll_until(lambda: " ".join(process.cmdline()).strip() == "lab", "a neutral title")
        assert command.poll() is None, command.communicate()
    finally:
        command.send_signal(signal.SIGKILL)
        command.communicate()


@pytest.mark.parametrize(
    "words",
    [("run", SCENARIO), ("inject", FAULT), ("stop", FAULT), ("schedule", "--only", SCENARIO, "--seed", "1")],
    ids=lambda words: words[0],
)
def test_what_is_switched_on_is_not_in_the_title(home: Path, words: tuple[str, ...]) -> None:
    """While the command waits for the controller, or for its next play."""
    ensure_concealed(started(home, "chaos", *words))


def test_what_is_exported_is_not_in_the_title(home: Path, unread: Path) -> None:
    """While the command writes."""
    ensure_concealed(started(home, "chaos", "export", SCENARIO, "--output", str(unread)))


def test_what_is_searched_for_leaks_is_not_in_the_title(home: Path) -> None:
    """A verb of its own plays a scenario, too."""
    ensure_concealed(started(home, "leaks", SCENARIO))


def test_what_is_practised_is_not_in_the_title(home: Path) -> None:
    """A drill whose scenario was named."""
    ensure_concealed(started(home, "play", "--scenario", SCENARIO))
