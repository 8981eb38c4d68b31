"""Every request is seen: a span, a duration with an exemplar, failures, a log line."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from observability.wiring import Telemetry
from observability.wiring.http_server import TelemetryMiddleware
from tests.observability.wiring.conftest import WireService
from tests.support.otlp_receiver import OtlpReceiver

OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


def shop(telemetry: Telemetry) -> FastAPI:
    """A small service under the middleware."""
    app, orders = FastAPI(), APIRouter(prefix="/orders")

    @orders.get("/{order_id}")
    async def read(order_id: str) -> str:
        if order_id == "broken":
            raise ValueError("no such thing")
        return order_id

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(3):
                await asyncio.sleep(0.01)  # slow work
                yield b"piece"

        return StreamingResponse(pieces())

    @app.get("/health")
    async def health() -> None:
        return None

    app.include_router(orders, prefix="/v1")
    app.add_middleware(TelemetryMiddleware, telemetry=telemetry)
    return app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    """A shopper who gets a 500 for what the service lets through."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://platform:8080"
    )


def value_of(telemetry: Telemetry, name: str, **labels: str) -> float | None:
    """One sample of the service's metrics."""
    return telemetry.metrics.registry.get_sample_value(name, labels)


async def test_a_request_is_described_by_its_route(receiver: OtlpReceiver, wired: WireService) -> None:
    """The span carries the route template, prefixes included, and the attributes of the semantic conventions."""
    order = wired()
    async with client_of(shop(order)) as client:
        await client.get("/v1/orders/7?full=1", headers={"user-agent": "shopper/1"})
    order.close()
    [span] = receiver.spans()
    assert (span.name, span.kind, span.status) == ("GET /v1/orders/{order_id}", "SERVER", "UNSET")
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/orders/{order_id}",
        "http.response.status_code": 200,
        "url.path": "/v1/orders/7",
        "url.query": "full=1",
        "url.scheme": "http",
        "server.address": "platform",
        "server.port": 8080,
        "client.address": "127.0.0.1",
        "user_agent.original": "shopper/1",
        "network.protocol.version": "1.1",
    }
    assert span.end_ns > span.start_ns


async def test_an_unknown_path_is_named_by_its_method_only(receiver: OtlpReceiver, wired: WireService) -> None:
    """Paths that no route matches make neither span names nor label values."""
    order = wired()
    async with client_of(shop(order)) as client:
        await client.get("/wp-admin")
        await client.request("BREW", "/v1/orders/7")
    order.close()
    assert [span.name for span in receiver.spans()] == ["GET", "_OTHER /v1/orders/{order_id}"]
    name = "http_server_request_duration_seconds_count"
    assert value_of(order, name, method="GET", route="", status="404") == 1
    assert value_of(order, name, method="_OTHER", route="/v1/orders/{order_id}", status="405") == 1


async def test_an_exception_is_a_failure_that_can_be_explained(receiver: OtlpReceiver, wired: WireService) -> None:
    """An unhandled exception counts as a 500 and is on the span with its stack."""
    order = wired()
    async with client_of(shop(order)) as client:
        assert (await client.get("/v1/orders/broken")).status_code == 500
    order.close()
    [span] = receiver.spans()
    assert (span.status, span.attributes["error.type"]) == ("ERROR", "ValueError")
    assert span.attributes["http.response.status_code"] == 500
    assert "no such thing" in span.events[0][1]["exception.stacktrace"]
    route = "/v1/orders/{order_id}"
    assert value_of(order, "http_server_request_failures_total", method="GET", route=route, reason="ValueError") == 1


async def test_the_span_of_a_stream_ends_with_its_last_piece(receiver: OtlpReceiver, wired: WireService) -> None:
    """A streamed body belongs to the request's time."""
    order = wired()
    async with client_of(shop(order)) as client:
        await client.get("/stream")
    order.close()
    [span] = receiver.spans()
    assert span.end_ns - span.start_ns > 25e6
    assert value_of(order, "http_server_active_requests") == 0


async def test_a_duration_leads_to_its_trace(receiver: OtlpReceiver, wired: WireService) -> None:
    """The OpenMetrics exposition carries an exemplar with the ids of a span that was really exported."""
    order = wired()
    async with client_of(shop(order)) as client:
        await client.get("/v1/orders/7")
    order.close()
    [span] = receiver.spans()
    text, content_type = order.metrics.exposition(OPEN_METRICS)
    assert content_type.startswith("application/openmetrics-text")
    exemplars = [line for line in text.decode().splitlines() if " # {" in line]
    assert len(exemplars) == 1
    assert f'trace_id="{span.trace_id}"' in exemplars[0]
    assert f'span_id="{span.span_id}"' in exemplars[0]


async def test_every_answer_carries_a_request_id(wired: WireService) -> None:
    """The caller's id comes back once, and a caller without one gets a new one."""
    async with client_of(shop(wired())) as client:
        given = await client.get("/v1/orders/7", headers={"x-request-id": "mine"})
        made = await client.get("/v1/orders/7")
    assert given.headers.get_list("x-request-id") == ["mine"]
    assert len(made.headers["x-request-id"]) == 32


async def test_health_checks_are_not_recorded(receiver: OtlpReceiver, wired: WireService) -> None:
    """Probes and scrapes leave no spans, durations or log lines."""
    order = wired()
    async with client_of(shop(order)) as client:
        assert (await client.get("/health")).status_code == 200
    order.close()
    assert receiver.spans() == []
    assert b"/health" not in order.metrics.exposition()[0]


async def test_a_request_leaves_one_log_line(wired: WireService, capsys: pytest.CaptureFixture[str]) -> None:
    """The line says what was asked, how it ended and whose trace it belongs to; a failure is a warning."""
    order = wired()
    async with client_of(shop(order)) as client:
        await client.get("/v1/orders/7")
        await client.get("/v1/orders/broken")
    good, bad = (orjson.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (good["event"], good["level"], good["service"]) == ("request.served", "info", "order-service")
    assert (good["method"], good["route"], good["status"]) == ("GET", "/v1/orders/{order_id}", 200)
    assert len(good["trace_id"]) == 32
    assert (bad["level"], bad["reason"]) == ("warning", "ValueError")


async def test_a_handler_may_say_why_it_failed(wired: WireService) -> None:
    """Whoever answers with a server error can name the reason, which becomes the label."""
    order = wired()

    async def busy(scope: Scope, receive: Receive, send: Send) -> None:
        scope["telemetry.failure_reason"] = "busy"
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    app = TelemetryMiddleware(busy, order)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://platform") as client:
        await client.get("/")
    assert value_of(order, "http_server_request_failures_total", method="GET", route="", reason="busy") == 1


async def test_switched_off_it_leaves_no_trace(receiver: OtlpReceiver, wired: WireService) -> None:
    """OTEL_SDK_DISABLED turns spans and request metrics off; requests are served all the same."""
    order = wired(sdk_disabled=True)
    async with client_of(shop(order)) as client:
        assert (await client.get("/v1/orders/7")).status_code == 200
    order.close()
    assert receiver.spans() == []
    assert b'route="/v1' not in order.metrics.exposition()[0]
