"""A load generator as a process of its own, as the lab runs it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.polling import poll_until


@dataclass
class LoadGenerator:
    """A running process and its page."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def status(self) -> dict[str, Any]:
        """Return what it says about itself; empty while its page is not there yet."""
        try:
            status: dict[str, Any] = httpx.get(f"{self.url}/nightshift/status").json()
        except httpx.TransportError:
            return {}
        return status

    def until(self, key: str, at_least: float, *, within_s: float = 60) -> dict[str, Any]:
        """Return the first status in which `key` has reached a number."""

        def reached() -> dict[str, Any]:
            status = self.status()
            return status if status and status[key] >= at_least else {}

        return poll_until(reached, f"{key} ≥ {at_least} in {self.url}/nightshift/status", within_s=within_s)

    def events(self) -> list[dict[str, Any]]:
        """Return its log lines."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def free_port() -> int:
    """Return a port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def load_generator(folder: Path, **settings: str | int) -> Iterator[LoadGenerator]:
    """Run `python -m loadgen` with `LOADGEN_*` settings, its log in `folder`; end it on leaving."""
    port = free_port()
    environment = {f"LOADGEN_{name.upper()}": str(value) for name, value in settings.items()}
    log = folder / "load-generator-1.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "loadgen"],
            env={**os.environ, "LOADGEN_PORT": str(port), **environment},  # noqa: TID251 -- the child's environment
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).parents[2],
        )
    running = LoadGenerator(process, f"http://127.0.0.1:{port}", log)
    try:
        poll_until(running.status, f"the page of the load generator; its log: {log}", within_s=60)
        yield running
    finally:
        process.terminate()
        process.wait(60)
