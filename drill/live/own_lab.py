"""A lab on free ports that is there for one judgement, asked through its command line like any other."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chaos.probes.addresses import StateFile
from drill.errors import NotJudged
from drill.places import ROOT

START_WITHIN_S = 120.0
ASKED_WITHIN_S = 60.0
RUN_WITHIN_S = 900.0
QUIET_WITHIN_S = 180.0
EVERY_S = 2.0
"""Each question is a program that starts, which takes the shop its processor time."""
PAGE, AS_EXPECTED = "page", "as-expected"


@dataclass(frozen=True)
class OwnLab:
    """A running lab, by its home; without one, that in containers.

    Every question raises `NotJudged` when there is no answer.
    """

    home: Path | None

    def command(self, verb: str, *arguments: str) -> list[str]:
        """Return how the lab is asked."""
        program = [sys.executable, "-m", "lab"]
        if self.home is None:
            return [*program, "--stack", verb, *arguments]
        return [*program, verb, *arguments, "--home", str(self.home)]

    def ask(self, *arguments: str, within_s: float = ASKED_WITHIN_S) -> Any:
        """Return what `lab ARGUMENTS… --json` answers; that something did not go as expected is an answer too."""
        done = _run(self.command(*arguments, "--json"), within_s)
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            answer = {"error": {"message": (done.stderr or done.stdout).strip()[-500:]}}
        if isinstance(answer, dict) and "error" in answer:
            raise NotJudged(f"lab {' '.join(arguments)}: {answer['error']['message']}")
        return answer

    def fired(self, since_s: float) -> list[dict[str, Any]]:
        """Return the alerts that have fired since then, seconds since the epoch, the latest first."""
        found = self.ask("alerts", "--history", "--limit", "200")["alerts"]
        return [one for one in found if one["fired_at_s"] is not None and one["fired_at_s"] >= since_s]

    def is_quiet(self) -> bool:
        """Whether no alert fires that pages."""
        return not any(one["state"] == "firing" and one["severity"] == PAGE for one in self.fired(0.0))

    def until(self, holds: Callable[[], bool], within_s: float = QUIET_WITHIN_S) -> bool:
        """Return whether something comes true in time."""
        last_s = time.monotonic() + within_s
        while not holds():
            if time.monotonic() >= last_s:
                return False
            time.sleep(EVERY_S)
        return True

    def url(self, short: str) -> str:
        """Return where a process listens, by its short name. There are no such places in containers."""
        if self.home is None:
            raise NotJudged("Processes in containers are not asked one by one.")
        return StateFile(self.home / "run" / "state.json").url(short)


@contextmanager
def own_lab(services: Path | None = None) -> Iterator[OwnLab]:
    """Start a lab with few shoppers, on the code in `services` or on its own, and end it. Raises `NotJudged`."""
    with _ending_when_told(), TemporaryDirectory(prefix="judged-") as place:
        lab = OwnLab(Path(place) / "home")
        code = ["--services", str(services)] if services else []
        try:
            up = lab.command("up", "--detach", "--port-base", "0", "--users", "5", *code)
            started = _run(up, START_WITHIN_S)
            if started.returncode:
                raise NotJudged(f"The lab does not start: {(started.stderr or started.stdout).strip()[-1000:]}")
            yield lab
        finally:
            _run(lab.command("down"), START_WITHIN_S)


@contextmanager
def _ending_when_told() -> Iterator[None]:
    """Leave in good order when SIGTERM comes: the lab is to end with whoever judges."""
    if threading.current_thread() is not threading.main_thread():
        yield  # whose thread this is hears of it
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(command: Sequence[str], within_s: float) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(  # noqa: S603 -- this very Python
            command, cwd=ROOT, capture_output=True, text=True, timeout=within_s, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise NotJudged(f"{' '.join(command[2:])} does not end within {within_s:g} s.") from late
