"""What callers get while an action on exchanges is on, over a real socket, and what telemetry makes of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
from fastapi import APIRouter
from opentelemetry import baggage

from observability.wiring import Telemetry, wire
from observability.wiring.settings import TelemetrySettings
from services.chassis import deadline
from services.chassis.actions.api_delay import Delay
from services.chassis.actions.api_dropped_response import DroppedResponse
from services.chassis.actions.api_malformed import Malformed
from services.chassis.actions.api_status import Status
from services.chassis.app import build_app
from services.chassis.channel_frames import ArmedScope, Baggage
from services.chassis.declaration import Declaration
from services.chassis.settings import ServiceSettings
from tests.support.faults import switched_on
from tests.support.listening import listening
from tests.support.polling import poll_until_async

ALL: tuple[Declaration, ...] = (Delay(), Status(), Malformed(), DroppedResponse())
WATCHED = ("/health", "/ready", "/metrics", "/-/settings")


class Settings(ServiceSettings):
    """A service of its own."""

    service = "order-service"


@dataclass
class Service:
    """A service that counts what it is asked to do."""

    telemetry: Telemetry
    client: httpx.AsyncClient
    done: list[str] = field(default_factory=list)

    def metric(self, name: str, **labels: str) -> float | None:
        """Return one sample."""
        return self.telemetry.metrics.registry.get_sample_value(name, labels)


def _routes(service: "list[Service]") -> APIRouter:
    router = APIRouter()

    @router.get("/orders/{order_id}")
    async def read(order_id: str) -> dict[str, Any]:
        service[0].done.append(order_id)
        return {"order_id": order_id, "left_s": deadline.remaining_s(), "of": baggage.get_baggage("k")}

    @router.post("/orders")
    async def place(body: dict[str, str]) -> dict[str, str]:
        service[0].done.append(body["order_id"])
        return body

    @router.get("/-/settings")
    async def settings() -> dict[str, str]:
        return {}

    return router


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A service behind a real socket."""
    async with _running() as service:
        yield service


@asynccontextmanager
async def _running() -> AsyncIterator[Service]:
    telemetry = wire(Settings(instance="order-service-1", port=0), TelemetrySettings(traces_exporter="none"))
    cell: list[Service] = []
    app = build_app(
        Settings(instance="order-service-1", port=0),
        telemetry,
        title="Orders",
        description="Takes orders.",
        routers=[_routes(cell)],
    )
    async with listening(app) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:
        cell.append(Service(telemetry, client))
        yield cell[0]


async def test_an_error_is_answered_and_nothing_is_done(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    """Answer, log and metrics are those of an error of the service's own, on the route that was asked for."""
    with switched_on(Status(), status=503):
        answer = await service.client.get("/orders/7")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.json()["type"] == "urn:problem:service-unavailable"
    assert (answer.headers["retry-after"], bool(answer.headers["x-request-id"])) == ("1", True)
    assert service.done == []
    assert '"request.failed"' in capsys.readouterr().out
    route = {"method": "GET", "route": "/orders/{order_id}"}
    assert service.metric("http_server_request_failures_total", **route, reason="service-unavailable") == 1
    assert service.metric("http_server_request_duration_seconds_count", **route, status="503") == 1
    assert (await service.client.get("/orders/7")).status_code == 200


@pytest.mark.parametrize(
    ("status", "code"), [(400, "bad-request"), (429, "too-many-requests"), (599, "server-error"), (499, "client-error")]
)
async def test_any_error_can_be_answered(service: Service, status: int, code: str) -> None:
    """Also those that have no name."""
    with switched_on(Status(), status=status):
        answer = await service.client.get("/orders/7")
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:problem:{code}")


async def test_a_connection_goes_on_after_an_error(service: Service) -> None:
    """A body that nobody read does not confuse the next request."""
    with switched_on(Status()):
        assert (await service.client.post("/orders", json={"order_id": "x" * 200_000})).status_code == 503
    assert (await service.client.post("/orders", json={"order_id": "7"})).json() == {"order_id": "7"}
    assert service.done == ["7"]


async def test_a_late_answer_is_the_right_one_and_uses_up_the_time(service: Service) -> None:
    """The caller's deadline runs on while a request lies there; the duration that is recorded has the delay in it."""
    with switched_on(Delay(), delay_ms=150):
        answer = await service.client.get("/orders/7", headers={"X-Request-Timeout-Ms": "60000"})
    assert answer.json()["left_s"] < 60 - 0.14
    labels = {"method": "GET", "route": "/orders/{order_id}", "status": "200"}
    took_s = service.metric("http_server_request_duration_seconds_sum", **labels)
    assert took_s is not None
    assert took_s > 0.14


async def test_nobody_waits_any_longer_once_it_is_off(service: Service) -> None:
    """A delay of a minute ends with the switch, not after a minute."""
    with switched_on(Delay(), delay_ms=60_000):
        asking = asyncio.create_task(service.client.get("/orders/7"))
        await _served_by(service)
        assert not asking.done()
    async with asyncio.timeout(30):
        assert (await asking).status_code == 200


async def _served_by(service: Service) -> None:
    async def under_way() -> bool:
        return service.metric("http_server_active_requests") == 1

    await poll_until_async(under_way, "the request to be under way")


async def test_a_malformed_answer_ends_in_the_middle(service: Service) -> None:
    """Status, type and length are right, the work is done, and the body is half of what it should be."""
    with switched_on(Malformed()):
        answer = await service.client.get("/orders/7")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert int(answer.headers["content-length"]) == len(answer.content) > 0
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.content)
    assert service.done == ["7"]
    assert (await service.client.get("/orders/8")).json()["order_id"] == "8"


async def test_a_dropped_answer_leaves_the_work_done(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    """The caller sees its connection break; the service believes that it answered, and complains of nothing."""
    with switched_on(DroppedResponse()):
        for _ in range(2):
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await service.client.post("/orders", json={"order_id": "7"})
    assert service.done == ["7", "7"]
    labels = {"method": "POST", "route": "/orders", "status": "200"}
    assert service.metric("http_server_request_duration_seconds_count", **labels) == 2
    assert (await service.client.get("/orders/8")).status_code == 200
    logged = [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["level"] for line in logged} == {"info"}


@pytest.mark.parametrize("action", ALL, ids=lambda one: one.name)
async def test_who_watches_the_service_is_not_concerned(action: Declaration, service: Service) -> None:
    """Health, readiness, metrics and the operators' routes are answered as ever."""
    with switched_on(action):
        for path in WATCHED:
            answer = await service.client.get(path, timeout=20)
            assert answer.is_success
            assert answer.headers["content-type"].startswith("text") or isinstance(answer.json(), dict)


@pytest.mark.parametrize(
    ("route", "concerned"),
    [
        ("", {"/orders/7", "/orders", "/orders-old", "/none"}),
        ("/orders", {"/orders/7", "/orders"}),
        ("/orders/", {"/orders/7", "/orders"}),
        ("/orders/{order_id}", {"/orders/7"}),
        ("/orders/7", {"/orders/7"}),
        ("/ord", set()),
        ("/", {"/orders/7", "/orders", "/orders-old", "/none"}),
        ("nonsense", set()),
    ],
)
async def test_a_route_can_be_singled_out(service: Service, route: str, concerned: set[str]) -> None:
    """By its template, or by how the path begins, whole segments counted."""
    with switched_on(Status(), route=route, status=418):
        answers = {
            path: await service.client.request("POST" if path == "/orders" else "GET", path)
            for path in ("/orders/7", "/orders", "/orders-old", "/none")
        }
    assert {path for path, answer in answers.items() if answer.status_code == 418} == concerned


async def test_only_requests_with_the_baggage_are_concerned(service: Service) -> None:
    """The baggage is the one that the caller sent."""
    scope = ArmedScope(percent=100, baggage=Baggage(key="k", value="v w"))
    with switched_on(Status(), scope=scope):
        concerned = await service.client.get("/orders/7", headers={"baggage": "a=b,k=v%20w"})
        others = [await service.client.get("/orders/7", headers=headers) for headers in ({}, {"baggage": "k=x"})]
    assert concerned.status_code == 503
    assert [answer.status_code for answer in others] == [200, 200]


async def test_a_share_of_the_requests_is_the_same_for_the_same_seed(service: Service) -> None:
    """Drawn among the requests of the route that is meant; others take no turn."""
    outcomes = []
    for _ in range(2):
        with switched_on(Status(), route="/orders", scope=ArmedScope(percent=50, baggage=None), seed=11):
            statuses = []
            for at in range(30):
                statuses.append((await service.client.get(f"/orders/{at}")).status_code)
                await service.client.get("/none")
            outcomes.append(statuses)
    assert outcomes[0] == outcomes[1]
    assert set(outcomes[0]) == {200, 503}


async def test_actions_add_up(service: Service) -> None:
    """Late and then an error."""
    with switched_on(Delay(), Status(), route="/orders"):
        answer = await service.client.get("/orders/7")
    assert answer.status_code == 503
    assert answer.elapsed.total_seconds() > 0.4
