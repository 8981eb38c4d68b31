"""The evidence store as a process of its own, which can be killed and started again on the same folder."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.lab import ROOT
from tests.support.listening_port import free_port
from tests.support.polling import poll_until


@dataclass
class EvidenceProcess:
    """One life after the other."""

    folder: Path
    settings: dict[str, str]
    url: str = ""
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        own = {"EVIDENCE_PORT": str(port), "EVIDENCE_HOME": str(self.folder / "evidence"), **self.settings}
        with (self.folder / "store.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "observability.evidence.serve"],
                cwd=ROOT,
                env={**os.environ, **own},  # noqa: TID251 -- passed on, not read
                stdout=log,
                stderr=log,
            )
        poll_until(self._ready, "the evidence store to be ready")

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End it in good order."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "store.log").read_text()
        try:
            return httpx.get(f"{self.url}/ready", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def evidence_process(folder: Path, **settings: str) -> Iterator[EvidenceProcess]:
    """Run a store until the end of the block."""
    process = EvidenceProcess(folder, settings)
    process.start()
    try:
        yield process
    finally:
        process.stop()
