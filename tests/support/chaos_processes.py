"""A real controller and real replicas, as processes."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import IO, Any, Self

import httpx

from tests.support.polling import poll_until

FAULT = "billing.float_drift"
ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
ATTEMPTS = 10


class Process:
    """A process of ours that writes JSON lines."""

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**_quiet_environment(), **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,))
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

    def write_line(self) -> None:
        """Write an empty line to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()

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
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        return code

    def _read(self, stream: IO[bytes]) -> None:
        for line in stream:
            self._lines.put(json.loads(line))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


class ControllerProcess(Process):
    """The controller, with its home in `home` and on free ports unless the environment says otherwise.

    `command` is the module that is run and its arguments, `chaos.serve` unless a test has another.
    """

    def __init__(self, home: Path, *command: str, **environment: str) -> None:
        settings = {"CHAOS_HOME": str(home), "CHAOS_PORT": "0", "CHAOS_CHANNEL_PORT": "0", **environment}
        super().__init__(*(command or ("chaos.serve",)), environment=settings)
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
        return super().end()

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
        super().__init__("tests.support.replica_process", channel, str(home / "channel.key"), instance, *flags)

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


def _quiet_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("CHAOS_")}  # noqa: TID251 -- handed on
