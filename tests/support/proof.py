"""One service as a real process: what proofs of faults are run against.

A fault of its own is switched on or not, or its code is what lies in a folder.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from tests.support.back_ends import database_url
from tests.support.forked import Forked, server
from tests.support.polling import poll_until

REPOSITORY = Path(__file__).parents[2]
READY_WITHIN_S = 60.0
END_WITHIN_S = 10.0
LONGEST_PROOF_S = 600.0
_handed_in: list[Path] = []
"""The folder whose code is judged instead of our own, if there is one: `pytest --services DIR`."""


@dataclass(frozen=True)
class Subject:
    """What a proof is about: the repaired code, the shipped bug, or what somebody has made of it."""

    fault: str
    """Public name, `billing.float_drift`."""
    is_faulty: bool = False
    folder: Path | None = None
    """Where other code than our own lies, below `services`."""

    def __str__(self) -> str:
        return "handed in" if self.folder else "faulty" if self.is_faulty else "fixed"

    @property
    def service(self) -> str:
        """The service in which the fault is, in short."""
        return self.fault.partition(".")[0]

    def expected(self) -> AbstractContextManager[object]:
        """Return a block in which a claim has to fail if this is the shipped bug, and to hold otherwise."""
        return pytest.raises(AssertionError) if self.is_faulty else nullcontext()


def judge(folder: Path | None) -> None:
    """Have proofs judge the code in `folder`, and nothing else. Called once, before proofs are imported."""
    _handed_in[:] = [folder] if folder else []


def subjects(fault: str) -> list[Subject]:
    """Return what the proof of a fault is about in this run: for `@pytest.fixture(params=subjects(FAULT), ids=str)`."""
    if _handed_in:
        return [Subject(fault, folder=_handed_in[0])]
    return [Subject(fault), Subject(fault, is_faulty=True)]


@cache
def asking() -> httpx.Client:
    """Return the client for questions to whoever starts: a new one takes longer to be made than they to answer."""
    return httpx.Client(timeout=2.0, limits=httpx.Limits(max_keepalive_connections=0))


@dataclass(frozen=True)
class Process:
    """A process of ours, and where it writes."""

    running: subprocess.Popen[bytes] | Forked
    log: Path

    def ensure_alive(self) -> None:
        """Fail with the last lines of its log when it has ended."""
        assert self.running.poll() is None, f"it ended early:\n{self.log.read_text()[-4000:]}"

    def answers(self, url: str) -> bool:
        """Return True once `url` is answered with a 2xx."""
        self.ensure_alive()
        try:
            return asking().get(url).is_success
        except httpx.TransportError:
            return False

    def logged(self, event: str) -> dict[str, object] | None:
        """Return the first line with this event name."""
        self.ensure_alive()
        for line in self.log.read_text().splitlines():
            if f'"{event}"' in line:
                fields: dict[str, object] = json.loads(line)
                return fields
        return None


@dataclass(frozen=True)
class UnderProof:
    """A running service: where it is reached and where it writes what a trainee would read."""

    url: str
    log: Path


def under_proof(subject: Subject, environment: Mapping[str, str] | None = None) -> AbstractContextManager[UnderProof]:
    """Run the service in which the subject's fault is; `environment` as below."""
    fault = subject.fault if subject.is_faulty else None
    return service_under_proof(subject.service, fault=fault, folder=subject.folder, environment=environment)


@contextmanager
def service_under_proof(
    service: str,
    *,
    fault: str | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[UnderProof]:
    """Run `services.<service>`; `fault` (its public name) is on from before the block until after it.

    With a `folder`, the service's code is what lies there; it runs with limits, and with nothing of ours to read.

    `environment` holds what else the service needs to be told, prefix included: the URLs of its neighbours, say. It has
    a database of its own that goes with the block.
    """
    with TemporaryDirectory(prefix="proof-") as place, ExitStack() as ends:
        home, prefix, port = Path(place), service.upper(), _free_port()
        settings = {
            f"{prefix}_PORT": str(port),
            f"{prefix}_DATABASE_URL": database_url(home, service),
            "OTEL_TRACES_EXPORTER": "none",
            **(environment or {}),
        }
        controller = ""
        if fault is not None:
            controller, channel = ends.enter_context(_controller(home))
            settings |= {f"{prefix}_CHANNEL": channel, f"{prefix}_CHANNEL_KEY_FILE": str(home / "channel.key")}
        process = ends.enter_context(_started(service, home / f"{service}.log", folder, settings))
        url = f"http://127.0.0.1:{port}"
        poll_until(lambda: process.answers(f"{url}/ready"), f"{service} to be ready", within_s=READY_WITHIN_S)
        if fault is not None:
            _switch_on(controller, fault)
        yield UnderProof(url, process.log)


def _switch_on(controller: str, fault: str) -> None:
    def is_declared() -> bool:
        declared = asking().get(f"{controller}/faults").json()["faults"]
        return any(one["name"] == fault and one["on"] for one in declared)

    poll_until(is_declared, f"{fault} to be declared by a replica")
    injection = {"fault": fault, "duration_s": LONGEST_PROOF_S}

    def is_active() -> bool:
        # On a busy machine an acknowledgement can come too late for the controller, which then takes the fault back.
        answer = asking().post(f"{controller}/activations", json=injection, timeout=5.0)
        return bool(answer.is_success and answer.json()["state"] == "active")

    poll_until(is_active, f"{fault} to be acknowledged")


@contextmanager
def _controller(home: Path) -> Iterator[tuple[str, str]]:
    """Yield the URL of a controller's API and the address of its channel."""
    settings = {"CHAOS_PORT": "0", "CHAOS_CHANNEL_PORT": "0", "CHAOS_HOME": str(home)}
    log = home / "controller.log"
    with _ending(Process(server().start("chaos.serve:main", [], settings, log), log)) as process:
        started = poll_until(
            lambda: process.logged("controller.starting"), "the controller to start", within_s=READY_WITHIN_S
        )
        assert started is not None
        url = f"http://127.0.0.1:{started['port']}"
        poll_until(lambda: process.answers(f"{url}/health"), "the controller to answer", within_s=READY_WITHIN_S)
        yield url, f"127.0.0.1:{started['channel_port']}"


def _started(
    service: str, log: Path, folder: Path | None, settings: Mapping[str, str]
) -> AbstractContextManager[Process]:
    if folder is None:
        return _ending(
            Process(server().start("services.chassis.serve:main", [f"services.{service}"], settings, log), log)
        )
    module = ["drill.proving.judged", "-m", "services.chassis.serve", f"services.{service}", str(folder)]
    with log.open("wb") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", *module],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**settings, "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=REPOSITORY,
        )
    return _ending(Process(running, log))


@contextmanager
def _ending(process: Process) -> Iterator[Process]:
    running = process.running
    try:
        yield process
    finally:
        # One of ours need not finish what it is doing, which may be to wait for a neighbour that says nothing.
        (running.kill if isinstance(running, Forked) else running.terminate)()
        try:
            running.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
