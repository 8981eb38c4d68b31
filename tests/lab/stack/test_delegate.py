"""Verbs for a lab in containers go there."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lab.errors import NotRunning, Usage
from lab.stack import delegate
from lab.stack.delegate import Stack


class Docker:
    """Remembers what it is asked for; everything works, and what is read inside is `SVG`."""

    def __init__(self, *, up: bool = True, exit_code: int = 0) -> None:
        self.up, self.exit_code = up, exit_code
        self.calls: list[list[str]] = []
        self.said: list[bytes] = []

    def __call__(self, command: Sequence[str], **more: Any) -> "subprocess.CompletedProcess[bytes]":
        """As `subprocess.run`."""
        self.calls.append(list(command[4:]))
        if more.get("input"):
            self.said.append(more["input"])
        told = b"abc\n" if self.up and "ps" in command else b"SVG" if more.get("capture_output") else b""
        if "config" in command:
            told = b"order\ngateway-3\n" if "spare" in command else b"order\n"
        return subprocess.CompletedProcess(command, self.exit_code if "lab" in command else 0, told, b"")


def test_a_verb_runs_inside_with_its_arguments_and_its_exit_code() -> None:
    """The person's name goes along, for the record of what was done."""
    docker = Docker(exit_code=2)
    assert Stack("docker", docker).carry_out(["ops", "set", "order", "pool_size=8"], is_terminal=False) == 2
    (call,) = docker.calls
    assert call[:3] == ["exec", "-T", "-e"]
    assert call[3].startswith("LOGNAME=")
    assert call[4:] == ["supervisor", "lab", "ops", "set", "order", "pool_size=8"]


def test_what_is_switched_on_does_not_stand_in_the_command() -> None:
    """Everybody can see that in `ps`."""
    docker = Docker()
    Stack("docker", docker).carry_out(["chaos", "inject", "billing.float_drift"], is_terminal=True)
    assert "billing.float_drift" not in str(docker.calls)
    assert json.loads(docker.said[0]) == ["chaos", "inject", "billing.float_drift"]
    assert docker.calls[-1][-3:-1] == ["-m", "lab.stack.said"]
    assert "-T" not in docker.calls[-1]


def test_files_go_in_and_come_out(tmp_path: Path) -> None:
    """A scenario of one's own, and a drawing."""
    scenario, drawing = tmp_path / "mine.toml", tmp_path / "graph.svg"
    scenario.write_text("name = 1")
    docker = Docker()
    stack = Stack("docker", docker)
    stack.carry_out(["show", str(scenario)], is_terminal=False)
    assert docker.said == [b"name = 1"]
    assert str(scenario) not in docker.calls[-1]
    stack.carry_out(["graph", "--svg", str(drawing)], is_terminal=False)
    assert drawing.read_bytes() == b"SVG"


def test_scaling_first_has_compose_make_spare_replicas() -> None:
    """The supervisor may start containers, not make them."""
    docker = Docker()
    Stack("docker", docker).carry_out(["ops", "scale", "gateway", "3"], is_terminal=False)
    assert ["up", "--no-start", "--no-deps", "--no-recreate", "gateway-3"] in docker.calls


@pytest.mark.parametrize(
    "arguments",
    [[], ["--help"], ["up"], ["doctor"], ["completion", "bash"], ["certify", "--all"], ["status", "--home", "x"]],
)
def test_what_is_about_this_machine_stays_here(arguments: list[str]) -> None:
    """Docker is not even asked."""
    assert delegate.wanted(arguments, {}) is None


def test_a_stack_that_is_asked_for_and_does_not_run_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """With how to start it."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(NotRunning) as caught:
        delegate.wanted(["--stack", "status"], {})
    assert "docker compose up" in caught.value.hint


def test_certifying_is_done_from_here() -> None:
    """The image has no proofs, and a container of the lab not the memory."""
    with pytest.raises(Usage) as caught:
        delegate.wanted(["--stack", "certify", "billing-drift"], {})
    assert caught.value.hint == "lab certify NAME --live --stack"


def test_the_flag_is_not_for_the_verb() -> None:
    """It stands before it."""
    assert delegate.without_flag(["--stack", "status", "--json"]) == ["status", "--json"]
