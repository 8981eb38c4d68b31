"""Something keeps the processor busy."""

import json
import math
import os
import struct
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from services.chassis.declaration import number

PROGRAM = Path(__file__).parent.with_name("side.py")


class CpuBurn:
    """Computes for nothing, in processes beside that of the service."""

    name = "process.cpu_burn"
    summary = "Processes that look like the service keep processor cores busy."
    params = (number("cores", "cores", "how many cores' worth", minimum=0.1, maximum=4, default=1),)
    scoped = False

    def burden(self, params: Mapping[str, Any]) -> "Burners":
        """Return the processes, not started yet."""
        return Burners(params["cores"])


class Burners:
    """Processes, each of which keeps one core busy for a share of the time.

    They are interpreters of their own, since a fork of a process with threads may hang, without site packages, to be
    small. Each ends with its standard input, hence with us, and when it has not been renewed.
    """

    def __init__(self, cores: float) -> None:
        self._missing = math.ceil(cores)
        self._share = cores / self._missing
        self._until = 0.0
        self._running: list[subprocess.Popen[bytes]] = []

    def step(self) -> bool:
        """Start one of them."""
        self._missing -= 1
        try:
            started = subprocess.Popen(  # noqa: S603 -- our own interpreter and program
                [sys.executable, "-I", "-S", str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
        except OSError:
            return False
        self._running.append(started)
        os.set_blocking(_input(started), False)
        with suppress(OSError):
            os.write(_input(started), json.dumps([self._share, *_title()]).encode() + b"\n")
            os.write(_input(started), struct.pack("d", self._until))
        return self._missing > 0

    def renew(self, until: float) -> None:
        """Tell them."""
        self._until = until
        for process in self._running:
            with suppress(OSError):  # it was ended by somebody else, or stopped and its pipe is full
                os.write(_input(process), struct.pack("d", until))

    def drop(self) -> None:
        """End them, however they are."""
        self._missing = 0
        for process in self._running:
            process.kill()
        while self._running:
            with self._running.pop():
                pass


def _input(process: subprocess.Popen[bytes]) -> int:
    assert process.stdin is not None  # noqa: S101 -- a pipe, see above
    return process.stdin.fileno()


def _title() -> tuple[str, str]:
    """Return what this process is called in listings, and the folder of what gives a process its name."""
    found = find_spec("setproctitle")
    if found is None or not found.submodule_search_locations:
        return "", ""
    from setproctitle import getproctitle  # noqa: PLC0415 -- on macOS it may not be loaded before a fork

    return getproctitle(), found.submodule_search_locations[0]
