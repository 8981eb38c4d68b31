"""The command `lab` as a process of its own, which can be sent signals."""

import subprocess
from pathlib import Path

from tests.support.lab import ROOT, command_line, environment


def started(home: Path, verb: str, *arguments: str) -> "subprocess.Popen[str]":
    """Start `lab VERB --home HOME …`; the caller ends it."""
    return subprocess.Popen(
        command_line(home, verb, *arguments),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
