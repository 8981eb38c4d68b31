"""Every call to a neighbour is seen: a span per attempt, durations and failures by peer, the body still a stream."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest

from observability.wiring import Telemetry
from observability.wiring.http_client import TracedSyncTransport, TracedTransport
from tests.observability.wiring.conftest import WireService
from tests.support.otlp_receiver import OtlpReceiver


class Neighbour(httpx.AsyncBaseTransport):
    """Answers with a body of three pieces, or fails as told."""

    def __init__(
        self, status: int = 200, *, refuse: bool = False, break_off: bool = False, stall: bool = False
    ) -> None:
        self.status = status
        self.refuse = refuse
        self.stall = stall
        self.stalled = asyncio.Event()
        self.break_off = break_off
        self.headers = httpx.Headers()
        self.sent = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.headers = request.headers
        if self.refuse:
            raise httpx.ConnectError("refused")
        return httpx.Response(self.status, stream=_Pieces(self))


class _Pieces(httpx.AsyncByteStream):
    def __init__(self, neighbour: Neighbour) -> None:
        self.neighbour = neighbour

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(3):
            if self.neighbour.break_off and self.neighbour.sent == 1:
                raise httpx.ReadError("reset")
            if self.neighbour.stall and self.neighbour.sent == 1:
                self.neighbour.stalled.set()
                await asyncio.Event().wait()
            await asyncio.sleep(0.005)  # a slow neighbour
            self.neighbour.sent += 1
            yield b"piece"


def calling(neighbour: Neighbour, telemetry: Telemetry) -> httpx.AsyncClient:
    """A client of the neighbour."""
    return httpx.AsyncClient(
        transport=TracedTransport(neighbour, "payment-service", telemetry), base_url="http://payment:8086"
    )


def value_of(telemetry: Telemetry, name: str, **labels: str) -> float | None:
    """One sample of the metrics about this neighbour."""
    return telemetry.metrics.registry.get_sample_value(name, {"peer": "payment-service", **labels})


async def cancelled(client: httpx.AsyncClient, when: asyncio.Event) -> None:
    """Make a call and give it up at a certain moment, as a timeout would."""
    call = asyncio.create_task(client.get("/"))
    await asyncio.wait_for(when.wait(), 30)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_a_call_is_described(receiver: OtlpReceiver, wired: WireService) -> None:
    """The span names peer, template and attempt as the semantic conventions do."""
    order = wired()
    async with calling(Neighbour(), order) as client:
        extensions = {"telemetry.url_template": "/payments/{order_id}", "telemetry.resend_count": 1}
        await client.get("/payments/7", extensions=extensions)
    order.close()
    [span] = receiver.spans()
    assert (span.name, span.kind) == ("GET /payments/{order_id}", "CLIENT")
    assert span.attributes == {
        "http.request.method": "GET",
        "http.request.resend_count": 1,
        "http.response.status_code": 200,
        "peer.service": "payment-service",
        "server.address": "payment",
        "server.port": 8086,
        "url.full": "http://payment:8086/payments/7",
        "url.template": "/payments/{order_id}",
    }


async def test_the_neighbour_learns_whose_request_it_is(receiver: OtlpReceiver, wired: WireService) -> None:
    """The headers carry the attempt's own span, so that the neighbour's span belongs below it."""
    order, neighbour = wired(), Neighbour()
    async with calling(neighbour, order) as client:
        await client.get("/")
    order.close()
    [span] = receiver.spans()
    assert neighbour.headers["traceparent"] == f"00-{span.trace_id}-{span.span_id}-01"


async def test_a_body_is_streamed_and_belongs_to_the_time(receiver: OtlpReceiver, wired: WireService) -> None:
    """Pieces arrive one by one, and the span ends when the body is closed."""
    order, neighbour = wired(), Neighbour()
    async with calling(neighbour, order) as client, client.stream("GET", "/") as response:
        pieces = response.aiter_raw()
        assert await anext(pieces) == b"piece"
        assert neighbour.sent == 1
        assert value_of(order, "http_client_active_requests") == 1
        assert [piece async for piece in pieces] == [b"piece", b"piece"]
    order.close()
    [span] = receiver.spans()
    assert span.end_ns - span.start_ns > 14e6
    assert value_of(order, "http_client_active_requests") == 0


@pytest.mark.parametrize(
    ("neighbour", "reason", "status"),
    [
        (Neighbour(refuse=True), "ConnectError", ""),
        (Neighbour(break_off=True), "ReadError", "200"),
        (Neighbour(503), "http_503", "503"),
    ],
    ids=["refused", "broken off", "server error"],
)
async def test_a_failure_is_counted_by_its_reason(
    neighbour: Neighbour, reason: str, status: str, receiver: OtlpReceiver, wired: WireService
) -> None:
    """No connection, a body that breaks off, and a 5xx are failures of the peer, and errors of the span."""
    order = wired()
    async with calling(neighbour, order) as client:
        with contextlib.suppress(httpx.TransportError):
            await client.get("/")
    order.close()
    [span] = receiver.spans()
    assert (span.status, span.attributes["error.type"]) == ("ERROR", reason)
    assert value_of(order, "http_client_request_failures_total", reason=reason) == 1
    assert value_of(order, "http_client_request_duration_seconds_count", method="GET", status=status) == 1
    assert value_of(order, "http_client_active_requests") == 0


async def test_an_answer_that_came_whole_ends_the_span(receiver: OtlpReceiver, wired: WireService) -> None:
    """A transport that reads the body itself has nothing left to stream."""
    order = wired()
    answering = httpx.MockTransport(lambda _: httpx.Response(200, content=b"whole"))
    transport = TracedTransport(answering, "payment-service", order)
    async with httpx.AsyncClient(transport=transport, base_url="http://payment:8086") as client:
        assert (await client.get("/")).text == "whole"
    order.close()
    assert len(receiver.spans()) == 1
    assert value_of(order, "http_client_active_requests") == 0


async def test_a_refusal_is_not_a_failure(receiver: OtlpReceiver, wired: WireService) -> None:
    """A 4xx is an answer."""
    order = wired()
    async with calling(Neighbour(404), order) as client:
        await client.get("/")
    order.close()
    assert receiver.spans()[0].status == "UNSET"
    assert b"failures_total{" not in order.metrics.exposition()[0]


async def test_an_attempt_that_is_cancelled_is_recorded(receiver: OtlpReceiver, wired: WireService) -> None:
    """A caller that runs out of time leaves a span that says so, and nothing in flight."""
    order = wired()
    asked = asyncio.Event()

    async def never(_: httpx.Request) -> httpx.Response:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    transport = TracedTransport(httpx.MockTransport(never), "payment-service", order)
    async with httpx.AsyncClient(transport=transport, base_url="http://payment:8086") as client:
        await cancelled(client, asked)
    order.close()
    [span] = receiver.spans()
    assert (span.status, span.attributes["error.type"]) == ("ERROR", "CancelledError")
    assert value_of(order, "http_client_active_requests") == 0


async def test_switched_off_nothing_is_added(wired: WireService) -> None:
    """OTEL_SDK_DISABLED leaves requests as they are."""
    neighbour = Neighbour()
    async with calling(neighbour, wired(sdk_disabled=True)) as client:
        await client.get("/")
    assert "traceparent" not in neighbour.headers


async def test_a_body_that_takes_too_long_is_a_failure(receiver: OtlpReceiver, wired: WireService) -> None:
    """Running out of time half-way is not the success that the status line announced."""
    order, neighbour = wired(), Neighbour(stall=True)
    async with calling(neighbour, order) as client:
        await cancelled(client, neighbour.stalled)
    order.close()
    [span] = receiver.spans()
    assert (span.status, span.attributes["error.type"]) == ("ERROR", "CancelledError")


async def test_reading_only_a_part_of_a_body_is_no_failure(receiver: OtlpReceiver, wired: WireService) -> None:
    """A caller may stop reading."""
    order = wired()
    async with calling(Neighbour(), order) as client, client.stream("GET", "/") as response:
        assert await anext(response.aiter_raw()) == b"piece"
    order.close()
    [span] = receiver.spans()
    assert span.status == "UNSET"


def test_a_call_without_an_event_loop_is_seen_alike(receiver: OtlpReceiver, wired: WireService) -> None:
    """Answered or not, it has a span, a duration by peer and, if it failed, a reason; its context travels with it."""
    order = wired()
    carried: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        carried.append(request.headers)
        if request.url.path == "/away":
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(503, content=b"busy")

    transport = TracedSyncTransport(httpx.MockTransport(answer), "payment-service", order)
    with httpx.Client(transport=transport, base_url="http://payment:8086") as client:
        assert client.get("/payments/7", extensions={"telemetry.url_template": "/payments/{order_id}"}).text == "busy"
        with pytest.raises(httpx.ConnectError):
            client.get("/away")
    order.close()

    spans = {span.name: span for span in receiver.spans()}
    assert spans["GET /payments/{order_id}"].attributes["error.type"] == "http_503"
    assert spans["GET"].attributes["error.type"] == "ConnectError"
    assert all("traceparent" in headers for headers in carried)
    for reason in ("http_503", "ConnectError"):
        assert value_of(order, "http_client_request_failures_total", reason=reason) == 1
