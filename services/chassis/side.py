"""A process beside a service: `python -I -S side.py`; see its only user. It imports nothing of ours.

In on standard input: a line `[share, title, folder of _setproctitle]`, then, as often as it is renewed, eight bytes:
until when it may last, in seconds on the machine's monotonic clock, which is the same for all of its processes.
"""

import importlib
import json
import os
import select
import struct
import sys
from time import monotonic

PERIOD_S = 0.1
TURNS = 2_000


def main() -> None:
    """Work for a share of every period, until the input or the time ends."""
    share, title, folder = json.loads(_line())
    _take(title, folder)
    until: float | None = monotonic() + PERIOD_S
    while until is not None and (begun := monotonic()) < until:
        until = _rest(begun + PERIOD_S * (1 - share), until)
        _work(min(begun + PERIOD_S, until or 0.0))


def _line() -> bytes:
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(0, 1)):
        line += byte
    return line or sys.exit()


def _rest(end: float, until: float) -> float | None:
    """Do nothing until `end`; return until when we may last, None when there is nobody left to say so."""
    while _is_readable(max(0.0, end - monotonic())):
        if not (told := os.read(0, 4096)):
            return None
        until = struct.unpack("d", told[-8:])[0]
    return until


def _work(end: float) -> None:
    while monotonic() < end:
        for _ in range(TURNS):
            pass


def _is_readable(within_s: float) -> bool:
    return bool(select.select([0], [], [], within_s)[0])


def _take(title: str, folder: str) -> None:
    sys.path.append(folder)
    try:
        importlib.import_module("_setproctitle").setproctitle(title)
    except ImportError:
        return


if __name__ == "__main__":
    main()
