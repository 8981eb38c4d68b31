"""`lab reset` and the faults that are on."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from click.testing import CliRunner

from lab import chaos_client, state
from lab.cli import root
from lab.home import Home
from tests.support.chaos_processes import FAULT, ControllerProcess, ReplicaProcess


@contextmanager
def _supervised(folder: Path, controller: str) -> Iterator[Home]:
    """A home whose supervisor says yes to everything, and whose controller is at the address given."""
    home = Home.at(folder)
    home.run.mkdir(exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "s"))
        listening.listen()

        def agree() -> None:
            for _ in ("ping", "reset"):
                with listening.accept()[0] as connection:
                    connection.recv(4096)
                    connection.sendall(b'{"result": {"took_ms": 5}}\n')

        agreeing = Thread(target=agree, daemon=True)
        agreeing.start()
        state.write(home, state.LabState(1, str(folder / "s"), "", 8080, {"controller": controller}))
        yield home
        agreeing.join(5)


def _reset(home: Home, *options: str) -> str:
    done = CliRunner().invoke(root, ["reset", *options, "--home", str(home.root)], prog_name="lab")
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_reset_stops_every_fault(tmp_path: Path) -> None:
    """As new means that nothing is on; programs are told what was."""
    with (
        ControllerProcess(tmp_path) as controller,
        ReplicaProcess(controller.channel, tmp_path, "billing-service-1"),
        _supervised(tmp_path, controller.url) as home,
    ):
        controller.wait_for("billing-service-1")
        order = {"fault": FAULT, "duration_s": 60, "accept_partial": True}
        chaos_client.ask(home, "POST", "/activations", order)
        told = json.loads(_reset(home, "--json"))
        assert (told["faults_stopped"], told["faults_problem"]) == ([FAULT], None)
        assert chaos_client.ask(home, "GET", "/status")["active"] == []


def test_a_silent_controller_does_not_keep_a_lab_from_its_reset(tmp_path: Path) -> None:
    """The data is put back, and the person told that what was on may still be."""
    with _supervised(tmp_path, "http://127.0.0.1:9") as home:
        told = _reset(home)
    assert "The controller does not answer at http://127.0.0.1:9." in told
    assert "may still be on" in told
    assert "as new after" in told
