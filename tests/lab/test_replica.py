"""One replica under supervision, started by a launcher whose processes end when the test says so."""

import asyncio
import signal
from functools import partial
from pathlib import Path

import pytest

from lab import replica as supervision
from lab.child import Orders
from lab.eventlog import EventLog
from lab.launcher import LaunchFailed, Running
from lab.process import Process, Topology
from lab.replica import Replica
from tests.support.polling import poll_until_async


class _Launcher:
    """Hands out processes that exist in this test only."""

    def __init__(self, failures: int = 0) -> None:
        self.started: list[Running] = []
        self.signals: list[int] = []
        self._failures = failures

    async def start(self, orders: Orders) -> Running:  # noqa: ARG002 -- every process here is the same
        """Start one, or fail as many times as was asked for."""
        if self._failures:
            self._failures -= 1
            raise LaunchFailed("no more processes")
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.started.append(Running(1000 + len(self.started), ended, self.signals.append))
        return self.started[-1]

    def end(self, how: str) -> None:
        """End the process that runs."""
        self.started[-1].ended.set_result(how)


def _replica(launcher: _Launcher, folder: Path) -> Replica:
    (instance,) = Topology((Process("a", "a-service", "A_", 0, "nowhere:main"),)).instances(1)
    orders = Orders("a-service-1", "a-service", "nowhere:main", [], {}, str(folder / "log"))
    log = EventLog(folder / "supervisor.log")
    return Replica(instance, launcher, lambda: orders, log, ready_within_s=30, changed=lambda _: None)


async def test_replica_that_keeps_crashing_is_started_at_growing_intervals(tmp_path: Path) -> None:
    """Each crash in a row doubles the pause, so that a broken service does not eat the machine."""
    launcher = _Launcher()
    replica = _replica(launcher, tmp_path)
    replica.start()
    for crash in range(1, 4):
        await poll_until_async(partial(_reached, launcher, crash), f"start number {crash}")
        launcher.end("exit code 1")
    await poll_until_async(lambda: _reached(launcher, 4), "the fourth start")
    assert replica.restarts == 3
    pauses = [line.split('"again_in_s": ')[1].split(",")[0] for line in _exits(tmp_path)]
    assert pauses == ["0.1", "0.2", "0.4"]
    launcher.end("exit code 0")
    await replica.stop()
    assert replica.state == "stopped"


async def test_process_that_cannot_be_started_is_tried_again(tmp_path: Path) -> None:
    """A failed fork counts as a crash."""
    launcher = _Launcher(failures=2)
    replica = _replica(launcher, tmp_path)
    replica.start()
    await poll_until_async(lambda: _reached(launcher, 1), "a process in the end")
    assert replica.restarts == 2
    launcher.end("exit code 0")
    await replica.stop()


async def test_replica_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience with a replica that is to end has a bound."""
    monkeypatch.setattr(supervision, "GRACE_S", 0.05)
    launcher = _Launcher()
    replica = _replica(launcher, tmp_path)
    replica.start()
    await poll_until_async(lambda: _reached(launcher, 1), "its process")
    await replica.stop()
    assert launcher.signals == [signal.SIGTERM, signal.SIGCONT, signal.SIGKILL]


async def _reached(launcher: _Launcher, count: int) -> bool:
    return len(launcher.started) >= count


def _exits(folder: Path) -> list[str]:
    return [line for line in (folder / "supervisor.log").read_text().splitlines() if "replica.exited" in line]
