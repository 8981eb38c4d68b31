"""A lab of real processes for one test or one module, started and asked through the command line like any other."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.home import Home
from lab.lock_holders import is_held
from lab.logrecords import merged
from tests.support.polling import poll_until

ROOT = Path(__file__).resolve().parents[2]
STANDIN = "tests.support.standin:topology"
"""A platform that starts in a moment: a store, a door with two replicas, a load generator."""


@dataclass(frozen=True)
class RunningLab:
    """One lab, by its home."""

    home: Home

    def cli(self, *arguments: str, check: bool = True, within_s: float = 60.0) -> str:
        """Run `lab …` on this home and return what it printed. Unless `check` is false, it must succeed."""
        done = lab_command(self.home.root, *arguments, within_s=within_s)
        assert not check or done.returncode == 0, f"lab {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """Run `lab … --json` and return what it printed, parsed."""
        return json.loads(self.cli(*arguments, "--json"))

    def status(self) -> dict[str, dict[str, Any]]:
        """Return what `lab status` tells of each replica, by name."""
        return {replica["instance"]: replica for replica in self.json("status")["replicas"]}

    def url(self, short: str) -> str:
        """Return the URL of a process by its short name: `edge`, `order`, and so on."""
        return str(self._state()["urls"][short])

    def pid(self, instance: str) -> int:
        """Return the process id of one replica, waiting for it if it is just being replaced."""
        return poll_until(lambda: int(self._state()["replicas"][instance]["pid"] or 0), f"a process of {instance}")

    def pids(self) -> list[int]:
        """Return every process of the lab: supervisor, fork server, replicas."""
        status = self.json("status")
        return [status["supervisor"], status["forkserver"], *(r["pid"] for r in status["replicas"] if r["pid"])]

    def supervisor(self) -> int:
        """Return the supervisor's process id."""
        return int(self._state()["supervisor"])

    def kill(self, instance: str) -> int:
        """Kill one replica as a power cut would; return the process id that it had."""
        pid = self.pid(instance)
        os.kill(pid, signal.SIGKILL)
        return pid

    def records(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the log records of all processes, oldest first, whose fields have the wanted values."""
        every = (record.fields for record in merged(sorted(self.home.logs.glob("*.log")), lambda _: True))
        return [fields for fields in every if all(fields.get(name) == value for name, value in wanted.items())]

    def gone(self) -> bool:
        """Whether not one process of this lab lives."""
        return not is_held(self.home)

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.home.state_file.read_text())
        return state


def lab_command(
    home: Path, verb: str, *arguments: str, env: Mapping[str, str] | None = None, within_s: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run `lab VERB --home HOME …` to its end."""
    return subprocess.run(
        command_line(home, verb, *arguments),
        cwd=ROOT,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )


def command_line(home: Path, verb: str, *arguments: str) -> list[str]:
    """Return the command `lab VERB --home HOME …`; a group's verb comes as `load set`."""
    return [sys.executable, "-m", "lab", *verb.split(), *arguments, "--home", str(home)]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment with `more` on top."""
    return {**os.environ, **(more or {})}  # noqa: TID251 -- passed on, not read


@contextmanager
def running_lab(
    folder: Path, *options: str, topology: str | None = None, env: Mapping[str, str] | None = None
) -> Iterator[RunningLab]:
    """Start a lab on free ports with its home in `folder`; end it, and see that it ended, in any case.

    `options` are those of `lab up`: `"--users", "5"`, `"--no-load"`. The platform is the real one, or `topology`.
    """
    lab = RunningLab(Home.at(folder / "home"))
    chosen = ("--topology", topology) if topology else ()
    started = lab_command(lab.home.root, "up", "--detach", "--port-base", "0", *options, *chosen, env=env)
    assert started.returncode == 0, started.stdout + started.stderr
    try:
        yield lab
    finally:
        end(lab.home)


def end(home: Home) -> None:
    """End whatever lab is in `home`; no process of it may be left."""
    lab_command(home.root, "down")
    poll_until(lambda: not is_held(home), f"the end of every process of the lab in {home.root}", within_s=20)
