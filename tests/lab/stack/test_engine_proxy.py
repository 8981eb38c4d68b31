"""What the proxy lets through to the Engine, and what not."""

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest

from lab.stack.engine import Engine, EngineError
from lab.stack.engine_proxy import Gate, server
from tests.support.fake_engine import FakeEngine, engine

MINE, OTHERS = "aaa111", "bbb222"
CONTAINERS = {
    MINE: {"project": "nightshift", "service": "order-service-1", "state": "running"},
    OTHERS: {"project": "payroll", "service": "db", "state": "running"},
}


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeEngine]:
    """An Engine with two projects."""
    with engine(tmp_path / "docker.sock", {number: dict(one) for number, one in CONTAINERS.items()}) as one:
        yield one


@pytest.fixture
def proxy(fake: FakeEngine, tmp_path: Path) -> Iterator[str]:
    """The URL of a proxy for the project `nightshift`."""
    assert fake
    with server(Gate(str(tmp_path / "docker.sock"), "nightshift"), ("127.0.0.1", 0)) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()
        thread.join()


def _ask(proxy: str, method: str, path: str) -> httpx.Response:
    return httpx.request(method, proxy + path, trust_env=False)


def test_a_list_has_containers_of_the_own_project_alone(proxy: str) -> None:
    """Whatever else is asked for."""
    assert [one["Id"] for one in _ask(proxy, "GET", "/containers/json?all=1").json()] == [MINE]
    assert _ask(proxy, "GET", "/containers/json?filters=%7B%7D").status_code == 403


def test_an_inspection_tells_no_environment(proxy: str) -> None:
    """There are passwords in there."""
    told = _ask(proxy, "GET", f"/containers/{MINE}/json")
    assert told.json()["State"]["Running"]
    assert "PASSWORD" not in told.text


@pytest.mark.parametrize("act", ["start", "stop", "restart", "kill", "pause", "unpause"])
def test_acts_reach_the_own_containers(proxy: str, fake: FakeEngine, act: str) -> None:
    """And no others."""
    assert _ask(proxy, "POST", f"/containers/{MINE}/{act}").status_code == 204
    assert fake.acts == [f"POST /containers/{MINE}/{act}?"]
    refused = _ask(proxy, "POST", f"/containers/{OTHERS}/{act}")
    assert (refused.status_code, len(fake.acts)) == (403, 1)
    assert "somebody else" in refused.json()["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/containers/create"),
        ("POST", f"/containers/{MINE}/exec"),
        ("POST", f"/containers/{MINE}/update"),
        ("GET", f"/containers/{MINE}/archive?path=/lab/secrets"),
        ("GET", f"/containers/{MINE}/logs"),
        ("GET", f"/containers/{MINE}/top"),
        ("POST", f"/containers/{MINE}/json"),
        ("GET", f"/containers/{MINE}/kill"),
        ("POST", f"/containers/{MINE}/kill?signal=KILL&force=1"),
        ("POST", f"/v1.41/containers/{MINE}/kill"),
        ("POST", f"/containers/../containers/{MINE}/kill"),
        ("GET", "/images/json"),
        ("GET", "/info"),
    ],
)
def test_everything_else_is_refused(proxy: str, fake: FakeEngine, method: str, path: str) -> None:
    """Nothing of it reaches the Engine."""
    connection = HTTPConnection(proxy.removeprefix("http://"))  # which sends a path as it is
    connection.request(method, path)
    assert connection.getresponse().status == 403
    connection.close()
    assert fake.acts == []


def test_an_engine_that_does_not_answer_is_told_of(tmp_path: Path) -> None:
    """With the reason."""
    with server(Gate(str(tmp_path / "nobody.sock"), "nightshift"), ("127.0.0.1", 0)) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.02,))
        thread.start()
        answer = _ask(f"http://127.0.0.1:{serving.server_address[1]}", "GET", f"/containers/{MINE}/json")
        serving.shutdown()
        thread.join()
    assert answer.status_code == 502
    assert "does not answer" in json.loads(answer.text)["message"]


async def test_the_client_of_the_supervisor_passes_through(proxy: str, fake: FakeEngine) -> None:
    """By the names of compose services."""
    client = Engine(proxy)
    try:
        containers = await client.containers()
        (mine,) = containers.values()
        assert (mine.name, mine.state) == ("order-service-1", "running")
        life = await client.life(mine)
        assert (life.pid, life.is_running, life.exit_code) == (7, True, 137)
        await client.kill(mine, "SIGKILL")
        assert fake.acts == [f"POST /containers/{MINE}/kill?signal=SIGKILL"]
        del fake.containers[MINE]
        with pytest.raises(EngineError, match="404"):
            await client.start(mine)
    finally:
        await client.close()
