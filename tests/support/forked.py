"""Processes of ours, forked from one that has loaded them all, which is most of a start; a proof starts dozens.

It is the lab's own fork server, one per process that runs tests; it ends with that, and so does everything from it.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
SERVICES = sorted(init.parent.name for init in (REPOSITORY / "services").glob("*/__init__.py"))
PRELOAD = [
    "chaos.serve",
    "services.chassis.serve",
    "services.chassis.sqlite_driver",
    "services.chassis.postgres_driver",
    *(f"services.{name}.{part}" for name in SERVICES if name != "chassis" for part in ("settings", "app")),
]
LONGEST_LINE = 1 << 16


class Forked:
    """A process, as `subprocess.Popen` shows one."""

    def __init__(self, server: "Server", pid: int) -> None:
        self.pid = pid
        self._server = server

    def poll(self) -> int | None:
        """Return how it ended; None while it runs."""
        return self._server.status_of(self.pid)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def send_signal(self, sig: int) -> None:
        """Send it a signal, if it has not ended."""
        self._server.send({"signal": self.pid, "number": sig})

    def wait(self, timeout: float = 10.0) -> int:
        """Return how it ended. Raises `subprocess.TimeoutExpired`."""
        last = time.monotonic() + timeout
        while (status := self._server.status_of(self.pid, wait_s=0.05)) is None:
            if time.monotonic() >= last:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return status


class Server:
    """The fork server, and what it has told."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        lifeline, self._lifeline = os.pipe()
        given = (theirs.fileno(), lifeline)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lab.forkserver", *map(str, given)],
            cwd=REPOSITORY,
            env={"PATH": os.defpath},  # with none at all nobody could be given a name of their own
            stdin=subprocess.DEVNULL,
            pass_fds=given,
            start_new_session=True,
        )
        theirs.close()
        os.close(lifeline)
        self._hearing = threading.Lock()
        self._unread = b""
        self._started: dict[int, int] = {}
        self._ended: dict[int, int] = {}
        self._number = 0
        self.send({"preload": PRELOAD})
        atexit.register(self.close)

    def start(self, target: str, arguments: list[str], environment: Mapping[str, str], log: Path) -> Forked:
        """Have `target`, a `module:function`, run in a process of its own with this environment."""
        self._number += 1
        log.touch()
        orders = {
            "instance": target.partition(":")[0],
            "service": "",
            "target": target,
            "arguments": arguments,
            "environment": dict(environment),
            "log": str(log),
        }
        self.send({"start": self._number, **orders})
        while self._number not in self._started:
            self._hear(wait_s=60.0)
        return Forked(self, self._started.pop(self._number))

    def status_of(self, pid: int, wait_s: float = 0.0) -> int | None:
        """Return how a process ended; None while it runs."""
        self._hear(wait_s)
        return self._ended.get(pid)

    def send(self, message: dict[str, Any]) -> None:
        """Give an order."""
        self._control.sendall(json.dumps(message).encode() + b"\n")

    def close(self) -> None:
        """End it, and whatever came from it."""
        os.close(self._lifeline)
        self._control.close()
        self._process.wait()

    def _hear(self, wait_s: float) -> None:
        with self._hearing:
            while select.select([self._control], [], [], wait_s)[0]:
                data = self._control.recv(LONGEST_LINE)
                assert data, "the fork server has gone"
                *lines, self._unread = (self._unread + data).split(b"\n")
                for line in lines:
                    self._take(json.loads(line))
                wait_s = 0.0

    def _take(self, told: dict[str, Any]) -> None:
        assert "failed" not in told, told
        if "loaded" in told:
            assert not told["loaded"]["missing"], told
        elif "started" in told:
            self._started[told["started"]] = told["pid"]
        elif "exited" in told:
            self._ended[told["exited"]] = told["status"]


@cache
def server() -> Server:
    """Return the one of this process."""
    return Server()
