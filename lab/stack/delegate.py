"""Running a verb of `lab` where a lab in containers is: inside its supervisor's, through `docker compose exec`.

Keys and passwords stay in the volume that they are in, and whoever may speak to the Engine may do all of this anyhow.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from secrets import token_hex

from lab import console, preflight
from lab.errors import LabError, NotRunning, Usage
from lab.home import Home
from lab.title import SEALED

FLAG = "--stack"
ELSEWHERE = frozenset({"arch", "certify", "completion", "doctor", "up", "down"})
"""Verbs that are about this machine, or this checkout."""
MADE = frozenset({"--svg", "-o", "--output"})
"""Options that name a file to be made."""
TAKEN = frozenset({".toml", ".json", ".yaml", ".yml"})
"""Files of these kinds go in when they are named."""
SCALE = ("ops", "scale")
COMPOSE_FILE = Path(__file__).resolve().parents[2] / "docker-compose.yml"
EXCHANGE = "/lab/run/exchange"

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


class Stack:
    """The lab in containers of this checkout, by way of the program `docker`."""

    def __init__(self, docker: str, run: Run = subprocess.run) -> None:
        self._compose = (docker, "compose", "-f", str(COMPOSE_FILE))
        self._run = run

    def is_up(self) -> bool:
        """Whether its supervisor runs."""
        told = self._run([*self._compose, "ps", "-q", "supervisor"], capture_output=True, check=False)
        return told.returncode == 0 and bool(told.stdout.strip())

    def carry_out(self, arguments: Sequence[str], *, is_terminal: bool) -> int:
        """Run `lab` with `arguments` in there; return its exit code. Files go in and come out on the way."""
        if tuple(arguments[:2]) == SCALE:
            self._have_spares()
        given, made = self._carried(arguments)
        terminal = [] if is_terminal else ["-T"]
        who = ["-e", f"LOGNAME={console.person()}"]
        command = ["lab", *given]
        if SEALED.intersection(given):
            said = f"{EXCHANGE}-{token_hex(4)}"
            self._inside("sh", "-c", f"cat > {said}", said=json.dumps(given).encode())
            command = ["python", "-m", "lab.stack.said", said]
        done = self._run([*self._compose, "exec", *terminal, *who, "supervisor", *command], check=False)
        for inside, outside in made.items():
            told = self._inside("sh", "-c", f"cat {inside} && rm {inside}")
            if told.returncode == 0:
                outside.write_bytes(told.stdout)
        return done.returncode

    def _carried(self, arguments: Sequence[str]) -> tuple[list[str], dict[str, Path]]:
        given: list[str] = []
        made: dict[str, Path] = {}
        for number, argument in enumerate(arguments):
            before = arguments[number - 1] if number else ""
            file = Path(argument)
            inside = f"{EXCHANGE}-{token_hex(4)}{file.suffix}"
            if before in MADE:
                made[inside] = file
                given.append(inside)
            elif file.suffix in TAKEN and file.is_file():
                self._inside("sh", "-c", f"cat > {inside}", said=file.read_bytes())
                given.append(inside)
            else:
                given.append(argument)
        return given, made

    def _inside(self, *command: str, said: bytes | None = None) -> "subprocess.CompletedProcess[bytes]":
        return self._run(
            [*self._compose, "exec", "-T", "supervisor", *command], input=said, capture_output=True, check=False
        )

    def _have_spares(self) -> None:
        # Only compose can make containers: what the supervisor may do to the Engine does not go that far.
        usual, every = (self._services(*profile) for profile in ((), ("--profile", "spare")))
        making = [*self._compose, "up", "--no-start", "--no-deps", "--no-recreate", *sorted(every - usual)]
        told = self._run(making, capture_output=True, check=False)
        if told.returncode:
            raise LabError(f"Spare replicas cannot be made: {told.stderr.decode(errors='replace').strip()[-300:]}")

    def _services(self, *profile: str) -> set[str]:
        told = self._run([*self._compose, *profile, "config", "--services"], capture_output=True, check=False)
        return set(told.stdout.decode().split())


def wanted(arguments: Sequence[str], environment: Mapping[str, str]) -> Stack | None:
    """Return the lab in containers, if that is what somebody who types `lab` with `arguments` means.

    They say so with `--stack` before the verb, or no lab runs on this machine and one in containers does. Raises
    NotRunning when they say so and there is none, Usage for a verb that is never carried out there.
    """
    said = FLAG in arguments[:1] or environment.get("LAB_STACK") == "1"
    verb = next((argument for argument in arguments if not argument.startswith("-")), "")
    if said and verb == "certify":
        raise Usage("Certifying is done from here: the image has no proofs.", hint="lab certify NAME --live --stack")
    if not said and (not verb or verb in ELSEWHERE or "--home" in arguments or "LAB_HOME" in environment):
        return None
    docker = shutil.which("docker")
    if not said and (docker is None or _runs_here()):
        return None
    stack = Stack(docker) if docker is not None else None
    if stack is not None and stack.is_up():
        return stack
    if said:
        raise NotRunning("No lab runs in containers.", hint="Start one with: docker compose up -d --wait")
    return None


def without_flag(arguments: Sequence[str]) -> list[str]:
    """Return the arguments as the verb is to see them."""
    return list(arguments[1:] if FLAG in arguments[:1] else arguments)


def _runs_here() -> bool:
    return preflight.answers(Home.at(".lab"))


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int | None:
    """Run the verb in there, if it belongs there; return its exit code, or nothing."""
    stack = wanted(arguments, environment)
    if stack is None:
        return None
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return stack.carry_out(without_flag(arguments), is_terminal=terminal)
