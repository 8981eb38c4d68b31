"""Running a fault's proof on code from a folder.

The verdict comes from the process that asks, never from the one that is asked: claims arrive through a pipe that only
the former holds, and nothing passes unless that ended with success.
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from drill.catalogue import FaultEntry
from drill.errors import NotJudged
from drill.places import ROOT

LONGEST_S = 300.0
NEEDED = ("pytest", "hypothesis")
PLUGINS = ("anyio", "timeout", "hypothesispytest")
"""Of pytest, by their entry points: those that proofs need."""
PASSED, FAILED = 0, 1
"""Exit codes of pytest; all others mean that it did not come to a verdict."""


@dataclass(frozen=True)
class Claim:
    """What was claimed of the code, and whether it holds."""

    says: str
    held: bool
    serves: bool
    """Whether it is about what works even so, and tells nothing of a repair."""
    when: str
    """`call`, or `setup` when it could not even be asked."""
    seen: str
    """What was expected and what was seen instead; empty where it holds."""
    example: str
    """With which input, where there were many."""


@dataclass(frozen=True)
class Verdict:
    """What a proof says of one version of the code."""

    claims: Sequence[Claim]
    took_s: float

    @property
    def accepted(self) -> bool:
        """Whether every claim holds."""
        return all(claim.held for claim in self.claims)

    @property
    def started(self) -> bool:
        """Whether the service came up."""
        return all(claim.when == "call" for claim in self.claims)

    @property
    def serves(self) -> bool:
        """Whether it did what works even with the fault on."""
        asked = [claim for claim in self.claims if claim.serves]
        return self.started and bool(asked) and all(claim.held for claim in asked)

    @property
    def failed(self) -> Sequence[Claim]:
        """The claims that do not hold."""
        return [claim for claim in self.claims if not claim.held]

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "accepted": self.accepted,
            "took_s": round(self.took_s, 2),
            "claims": [asdict(claim) for claim in self.claims],
        }


def ensure_able() -> None:
    """Raise `NotJudged` where proofs cannot be run at all."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing or not (ROOT / "tests" / "faults").is_dir():
        raise NotJudged(f"Proofs need {' and '.join(missing or ['the folder tests'])}.", hint="make setup-dev")


def judge(fault: FaultEntry, folder: Path, *, to_the_end: bool = True) -> Verdict:
    """Run a fault's proof on `folder/services`; stop at the first claim that fails unless `to_the_end`.

    Raises `NotJudged` when it comes to no verdict.
    """
    read, write = os.pipe()
    began = time.monotonic()
    with tempfile.TemporaryFile() as said, os.fdopen(read, "rb") as told:
        judging = subprocess.Popen(  # noqa: S603 -- this very Python
            _command(fault, folder, write, to_the_end=to_the_end),
            cwd=ROOT,
            env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            pass_fds=[write],
            start_new_session=True,
        )
        os.close(write)
        alarm = threading.Timer(LONGEST_S, os.killpg, (judging.pid, signal.SIGKILL))
        alarm.start()
        try:
            lines = told.read().splitlines()
            code = judging.wait()
        finally:
            alarm.cancel()
        said.seek(0)
        verdict = Verdict(_claims(lines), time.monotonic() - began)
        _ensure_sound(verdict, code, said.read().decode(errors="replace"))
    return verdict


def _command(fault: FaultEntry, folder: Path, told_to: int, *, to_the_end: bool) -> list[str]:
    # Others that are installed beside them are not needed, and take a third of the time that it takes to begin.
    plugins = ["--disable-plugin-autoload", *(word for name in PLUGINS for word in ("-p", name))]
    options = ["-p", "no:cacheprovider", "-p", "drill.proving.reporter", "--tell", str(told_to)]
    # In one word: pytest takes a word by itself that is a folder for tests, and runs the conftest.py that lies there.
    here = ["--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), f"--services={folder}"]
    less = [] if to_the_end else ["--maxfail", "1"]
    return [
        sys.executable,
        "-m",
        "pytest",
        "-vv",
        *plugins,
        *options,
        *here,
        *less,
        "-m",
        "not stack and not long",
        str(fault.proof),
    ]


def _claims(lines: Sequence[bytes]) -> list[Claim]:
    return [Claim(**json.loads(line)) for line in lines]


def _ensure_sound(verdict: Verdict, code: int, said: str) -> None:
    """Raise unless what was told and how the judging process ended say the same."""
    if code == (PASSED if verdict.accepted else FAILED) and verdict.claims:
        return
    last = "\n".join(said.strip().splitlines()[-15:])
    raise NotJudged(f"The proof came to no verdict (it ended with {code}).", hint=f"It ended with:\n{last}")
