"""Starting a lab to measure it, through its own command line."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from lab.evidence.overview import NOT_OF_THE_PLATFORM

_open = build_opener(ProxyHandler({})).open


def get(url: str, timeout_s: float = 5.0) -> str:
    """Return what a loopback URL answers."""
    with _open(url, timeout=timeout_s) as answer:
        return str(answer.read().decode())


def free_ports(number: int) -> int:
    """Return the first of `number` neighbouring free ports."""
    for base in range(21000, 30000, number):
        with ExitStack() as stack:
            try:
                for port in range(base, base + number):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return base
    raise SystemExit("no free ports")


@dataclass(frozen=True)
class Lab:
    """A running lab."""

    home: Path

    def cli(self, *arguments: str) -> Any:
        """Run `lab … --json`; return what it printed."""
        return _cli(self.home, {}, *arguments)

    def url(self, short: str) -> str:
        """Return the address of a process by its short name."""
        return str(self.state()["urls"][short])

    def state(self) -> dict[str, Any]:
        """Return what the lab says of itself."""
        state: dict[str, Any] = json.loads((self.home / "run" / "state.json").read_text())
        return state

    def spans(self) -> tuple[int, int]:
        """Return how many spans all services have delivered and dropped so far."""
        delivered = dropped = 0.0
        for replica in self.state()["replicas"].values():
            if replica["short"] in NOT_OF_THE_PLATFORM:
                continue
            for line in get(f"http://127.0.0.1:{replica['port']}/metrics").splitlines():
                if line.startswith("telemetry_spans_exported_total "):
                    delivered += float(line.split()[1])
                elif line.startswith("telemetry_spans_dropped_total{"):
                    dropped += float(line.rsplit(" ", 1)[1])
        return int(delivered), int(dropped)


def _cli(home: Path, environment: Mapping[str, str], *arguments: str) -> Any:
    command = [sys.executable, "-m", "lab", *arguments, "--home", str(home), "--json"]
    settings = {**os.environ, **environment}  # noqa: TID251 -- what is measured gets the environment of this run
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"lab {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout or "null")


@contextmanager
def lab(home: Path, environment: Mapping[str, str], *options: str) -> Iterator[Lab]:
    """Run a lab on free ports; without shoppers unless `options` ask for them."""
    _cli(home, environment, "up", "--detach", "--port-base", "0", *(options or ("--no-load",)))
    try:
        yield Lab(home)
    finally:
        _cli(home, {}, "down")
