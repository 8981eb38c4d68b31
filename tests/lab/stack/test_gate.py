"""What the people of a workshop can do through the gate: look."""

import base64
from collections.abc import AsyncIterator

import httpx
import pytest

from lab.stack.gate import Shown, application
from tests.support.compose_file import compose_file

PASSWORD = "b7" * 16
AUTHORIZED = {"Authorization": "Basic " + base64.b64encode(f"anybody:{PASSWORD}".encode()).decode()}


class Behind:
    """Whoever stands behind the gate; remembers what reached it."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer everything."""
        self.requests.append(request)
        headers = {"content-type": "text/html", "connection": "close"}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(b"<p>tea"))


@pytest.fixture
def behind() -> Behind:
    """Grafana, for instance."""
    return Behind()


@pytest.fixture
async def gate(behind: Behind) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gate."""
    shown = Shown(3000, "http://grafana:3000", ("/api/ds/query",))
    app = application(shown, PASSWORD, httpx.MockTransport(behind))
    at_the_gate = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server:3000")
    async with app.router.lifespan_context(app), at_the_gate as client:
        yield client


async def test_who_knows_the_password_sees_what_is_behind(gate: httpx.AsyncClient, behind: Behind) -> None:
    """The password itself does not get there."""
    answer = await gate.get("/d/overview?from=now-5m", headers=AUTHORIZED)
    assert (answer.status_code, answer.text) == (200, "<p>tea")
    (request,) = behind.requests
    assert str(request.url) == "http://grafana:3000/d/overview?from=now-5m"
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    "shown",
    [{}, {"Authorization": "Basic !!"}, {"Authorization": f"Bearer {PASSWORD}"}, {"Authorization": "Basic YTpi"}],
)
async def test_nobody_else_does(gate: httpx.AsyncClient, behind: Behind, shown: dict[str, str]) -> None:
    """Browsers ask for it."""
    answer = await gate.get("/", headers=shown)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert behind.requests == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/cart"), ("DELETE", "/api/dashboards/uid/x"), ("PUT", "/"), ("POST", "/api/ds/query/../admin")],
)
async def test_nothing_can_be_changed(gate: httpx.AsyncClient, behind: Behind, method: str, path: str) -> None:
    """Whoever asks."""
    assert (await gate.request(method, path, headers=AUTHORIZED)).status_code == 403
    assert behind.requests == []


async def test_a_question_that_is_a_post_gets_through(gate: httpx.AsyncClient, behind: Behind) -> None:
    """Grafana asks its data sources so."""
    answer = await gate.post("/api/ds/query", json={"queries": []}, headers=AUTHORIZED)
    assert answer.status_code == 200
    assert behind.requests[0].content == b'{"queries":[]}'


async def test_what_does_not_answer_is_told_of(gate: httpx.AsyncClient, behind: Behind) -> None:
    """With a status that says whose fault it is."""

    def gone(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    app = application(Shown(1, "http://jaeger:16686"), PASSWORD, httpx.MockTransport(gone))
    at_the_gate = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server")
    async with app.router.lifespan_context(app), at_the_gate as client:
        assert (await client.get("/", headers=AUTHORIZED)).status_code == 502
    assert behind.requests == []


def test_the_workshop_opens_nothing_else() -> None:
    """The controller's port stays with the server."""
    services = compose_file("docker-compose.workshop.yml")["services"]
    opened = {
        name: port
        for name, one in services.items()
        for port in one.get("ports", ())
        if not port.startswith("127.0.0.1:")
    }
    assert set(opened) == {"gate"}
    assert {port.rsplit(":", 1)[1] for port in services["gate"]["ports"]} == {"3000", "16686", "8081"}
