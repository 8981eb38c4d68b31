"""A real controller and real replicas, as processes."""

import json
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

import httpx

from tests.support.forked import Forked, server
from tests.support.polling import poll_until

FAULT = "billing.float_drift"
ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
LOOK_EVERY_S = 0.01
ATTEMPTS = 10


class Process:
    """A process of ours that writes JSON lines, one after the other, as `told` yields them until it has ended."""

    def __init__(self, process: subprocess.Popen[bytes] | Forked, told: Iterable[str | bytes]) -> None:
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self._process = process
        self._reader = threading.Thread(target=self._read, args=(told,))
        self._reader.start()

    def next_line(self) -> dict[str, Any]:
        """Return the next line; fail when none comes."""
        return self._lines.get(timeout=PATIENCE_S)

    def kill(self, signal_number: int = signal.SIGKILL) -> float:
        """Send a signal; return the monotonic time."""
        at = monotonic()
        self._process.send_signal(signal_number)
        return at

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_dead(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def end(self) -> int:
        """End it, kindly where possible; return its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
        try:
            code = self._process.wait(PATIENCE_S)
        finally:
            self._process.kill()
        self._reader.join(PATIENCE_S)
        return code

    def _read(self, told: Iterable[str | bytes]) -> None:
        for line in told:
            self._lines.put(json.loads(line))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


class ControllerProcess(Process):
    """The controller, with its home in `home` and on free ports unless the environment says otherwise.

    `command` is a module and its arguments, where a test has one that is not `chaos.serve`. It is forked, as it is in
    the lab.
    """

    def __init__(self, home: Path, *command: str, **environment: str) -> None:
        settings = {"CHAOS_HOME": str(home), "CHAOS_PORT": "0", "CHAOS_CHANNEL_PORT": "0", **environment}
        target, *arguments = command or ("chaos.serve:main",)
        # Not at home, which may not be there yet, or full.
        self._place = TemporaryDirectory(prefix="controller-")
        log = Path(self._place.name) / "log"
        process = server().start(target, arguments, settings, log)
        super().__init__(process, _followed(log, process))
        started = self.next_line()
        self.home = home
        self.epoch: int = started["epoch"]
        self.channel_port: int = started["channel_port"]
        self.url = f"http://127.0.0.1:{started['port']}"
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE_S, trust_env=False)
        poll_until(lambda: self._answers() or self.is_dead, "the controller to answer")

    @property
    def channel(self) -> str:
        """What agents dial."""
        return f"127.0.0.1:{self.channel_port}"

    def status(self) -> dict[str, Any]:
        """Return what it says of itself."""
        answer: dict[str, Any] = self.client.get("/status").raise_for_status().json()
        return answer

    def wait_for(self, *instances: str) -> None:
        """Wait until exactly these replicas are connected."""
        poll_until(lambda: self._connected() == sorted(instances), f"{instances} to connect")

    def inject(self, duration_s: float = 60.0, **members: Any) -> dict[str, Any]:
        """Switch the fault on; fail when the controller refuses."""
        for _ in range(ATTEMPTS):
            response = self.client.post("/activations", json={"fault": FAULT, "duration_s": duration_s, **members})
            if response.status_code != 504:  # A busy machine may be too late: that is another test's matter.
                break
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def end(self) -> int:
        """End it."""
        self.client.close()
        code = super().end()
        self._place.cleanup()
        return code

    def _connected(self) -> list[str]:
        return sorted(replica["instance"] for replica in self.status()["replicas"])

    def _answers(self) -> bool:
        try:
            return self.client.get("/health").is_success
        except httpx.TransportError:
            return False


class ReplicaProcess(Process):
    """A replica of the controller at `channel`."""

    def __init__(self, channel: str, home: Path, instance: str, *flags: str) -> None:
        self.instance = instance
        self._behaviour = ""
        command = [sys.executable, "-m", "tests.support.replica_process", channel, str(home / "channel.key"), instance]
        self._piped = subprocess.Popen([*command, *flags], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._piped.stdout is not None
        super().__init__(self._piped, self._piped.stdout)

    def write_line(self) -> None:
        """Write an empty line to its standard input."""
        assert self._piped.stdin is not None
        self._piped.stdin.write(b"\n")
        self._piped.stdin.flush()

    def end(self) -> int:
        """End it."""
        code = super().end()
        for pipe in (self._piped.stdin, self._piped.stdout):
            assert pipe is not None
            pipe.close()
        return code

    @property
    def behaviour(self) -> str:
        """How it behaves, as far as it has told; empty: not at all yet."""
        with suppress(queue.Empty):
            while True:
                self._behaviour = str(self._lines.get_nowait()["behaviour"])
        return self._behaviour

    def becomes(self, behaviour: str) -> float:
        """Wait until it behaves so; return the monotonic time at which it was first seen to."""
        while (line := self.next_line())["behaviour"] != behaviour:
            pass
        self._behaviour = behaviour
        return float(line["at"])


def _followed(log: Path, process: Forked) -> Iterator[str]:
    """Yield the lines of a file while a process writes them, and what it wrote last."""
    unread = ""
    with log.open() as file:
        while True:
            ended = process.poll() is not None
            *lines, unread = (unread + file.read()).split("\n")
            yield from lines
            if ended and not lines:
                return
            if not lines:
                sleep(LOOK_EVERY_S)
