"""A receiver of spans in a process of its own, for benchmarks: it counts, and keeps nothing."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def counting_receiver() -> Iterator[str]:
    """The endpoint of a receiver in a process of its own."""
    command = [sys.executable, "-m", "tests.support.otlp_receiver"]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as receiver:
        if receiver.stdout is None or receiver.stdin is None:
            raise RuntimeError("the receiver has no pipes")
        yield receiver.stdout.readline().strip()
        receiver.stdin.close()


def received(endpoint: str) -> int:
    """How many spans the receiver has counted."""
    with urllib.request.urlopen(endpoint + "/count") as answer:  # noqa: S310 -- our own receiver
        return int(json.load(answer)["spans"])


@contextmanager
def silenced() -> Iterator[None]:
    """Let log lines be written, but to nowhere."""
    before = sys.stdout
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        sys.stdout = nowhere
        try:
            yield
        finally:
            sys.stdout = before
