"""Containers under the supervisor: taken over, seen to end, signalled in order."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from lab.child import Orders
from lab.errors import NoAnswer
from lab.eventlog import EventLog
from lab.home import Home
from lab.launcher import LaunchFailed
from lab.stack import changes, launching
from lab.stack.engine import Engine
from lab.stack.launching import ContainerLauncher, Launchers
from lab.stack.topology import Containers, platform
from tests.support.polling import poll_until_async

NAME = "order-service-1"


class Docker:
    """One container, as the Engine tells of it."""

    def __init__(self) -> None:
        self.state, self.pid, self.exit_code = "running", 41, 0
        self.there = True
        self.acts: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer as the Engine does."""
        path = request.url.path
        if path == "/containers/json":
            one = {"Id": "abc", "State": self.state, "Labels": {"com.docker.compose.service": NAME}}
            return httpx.Response(200, json=[one] if self.there else [])
        if path == "/containers/abc/json":
            running = self.state in ("running", "paused")
            state = {
                "Pid": self.pid,
                "StartedAt": "2026-01-01T00:00:00Z",
                "ExitCode": self.exit_code,
                "Running": running,
            }
            return httpx.Response(200, json={"State": state})
        self.acts.append(path.rsplit("/", 1)[1] + str(request.url.query, "ascii"))
        if path.endswith("/start"):
            self.state = "running"
        if path.endswith("/unpause") and self.state != "paused":
            return httpx.Response(500, json={"message": "Container abc is not paused"})
        return httpx.Response(204)


@pytest.fixture
def docker() -> Docker:
    """An Engine with one container that runs."""
    return Docker()


@pytest.fixture
async def launcher(docker: Docker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ContainerLauncher]:
    """A launcher for it."""
    monkeypatch.setattr(launching, "HOME", Home.at(tmp_path))
    monkeypatch.setattr(launching, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(Containers, "database", lambda _self, _home, name: f"sqlite:///{name}")
    monkeypatch.setattr(Containers, "controller_token", lambda _self, _home: None)
    (tmp_path / "run").mkdir()
    engine = Engine("http://engine", httpx.MockTransport(docker))
    launcher = ContainerLauncher(engine, platform(), EventLog(tmp_path / "log"))
    yield launcher
    launcher.close()
    await engine.close()


def _orders(**environment: str) -> Orders:
    return Orders(NAME, "order-service", "x:main", [], environment, "log")


async def test_a_container_that_runs_is_taken_over_as_it_is(launcher: ContainerLauncher, docker: Docker) -> None:
    """Compose has started it; to start it again is nothing to the Engine."""
    running = await launcher.start(_orders())
    assert (running.pid, running.is_contained) == (41, True)
    assert docker.acts == ["start"]


async def test_its_end_is_seen_with_the_reason(launcher: ContainerLauncher, docker: Docker) -> None:
    """A shell's 137 is a signal."""
    running = await launcher.start(_orders())
    docker.state, docker.exit_code = "exited", 137
    assert await asyncio.wait_for(running.ended, 5) == "signal 9 (SIGKILL)"


async def test_another_life_of_the_container_is_an_end_of_this_one(launcher: ContainerLauncher, docker: Docker) -> None:
    """Somebody else has restarted it between two looks."""
    running = await launcher.start(_orders())
    docker.pid = 42
    assert await asyncio.wait_for(running.ended, 5)


async def test_signals_arrive_in_their_order(launcher: ContainerLauncher, docker: Docker) -> None:
    """Stopping and going on are what the Engine calls pausing; going on without having stopped is fine."""
    running = await launcher.start(_orders())
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGCONT):
        running.send(number)

    async def all_sent() -> bool:
        return docker.acts == ["start", "pause", "killsignal=SIGTERM", "unpause"]

    await poll_until_async(all_sent, "three acts")


async def test_what_an_operator_changes_lies_there_for_the_next_start(
    launcher: ContainerLauncher, tmp_path: Path
) -> None:
    """What follows from the name does not."""
    await launcher.start(_orders(ORDER_PORT="8084", ORDER_POOL_SIZE="9"))
    assert changes.read(Home.at(tmp_path), NAME) == {"ORDER_POOL_SIZE": "9"}


async def test_one_that_compose_has_created_is_waited_for(launcher: ContainerLauncher, docker: Docker) -> None:
    """It is started when those are healthy that it needs."""
    docker.state = "created"
    starting = asyncio.create_task(launcher.start(_orders()))
    await asyncio.sleep(0.1)
    assert (docker.acts, starting.done()) == ([], False)
    docker.state = "running"
    assert (await asyncio.wait_for(starting, 5)).pid == 41


async def test_one_that_is_not_there_cannot_be_started(
    launcher: ContainerLauncher, docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said what makes it."""
    docker.there = False
    monkeypatch.setattr(launcher, "_until", 0.0)
    with pytest.raises(LaunchFailed, match="docker compose up -d order-service-1"):
        await launcher.start(_orders())


async def test_all_containers_are_told_with_their_state(docker: Docker, tmp_path: Path) -> None:
    """As the Engine has them; when it does not answer, that is said."""
    launchers = Launchers(Engine("http://engine", httpx.MockTransport(docker)), platform(), EventLog(tmp_path / "log"))
    assert await launchers.containers() == {NAME: "running"}
    await launchers.close()
    away = Engine("http://engine", httpx.MockTransport(lambda _: httpx.Response(500, text="no daemon")))
    launchers = Launchers(away, platform(), EventLog(tmp_path / "log"))
    with pytest.raises(NoAnswer, match="no daemon"):
        await launchers.containers()
    await launchers.close()
