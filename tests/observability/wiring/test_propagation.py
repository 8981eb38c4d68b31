"""Context crosses HTTP and the queue unbroken."""

import asyncio

import httpx
from fastapi import FastAPI, Request
from opentelemetry import baggage, context
from starlette.types import ASGIApp

from observability.wiring import Telemetry, current
from observability.wiring.http_client import TracedTransport
from observability.wiring.http_server import TelemetryMiddleware
from observability.wiring.messaging import consuming, extracted, inject_context, producing
from tests.observability.wiring.conftest import WireService
from tests.support.otlp_receiver import OtlpReceiver, ReceivedSpan

VALID = f"00-{'a' * 32}-{'b' * 16}-01"


def calling(app: ASGIApp, peer: str, telemetry: Telemetry) -> httpx.AsyncClient:
    """A client of `app` as the service behind `telemetry` would call it."""
    transport = TracedTransport(httpx.ASGITransport(app), peer, telemetry)
    return httpx.AsyncClient(transport=transport, base_url="http://platform")


def served_by(telemetry: Telemetry) -> FastAPI:
    """An empty application under the middleware."""
    app = FastAPI()
    app.add_middleware(TelemetryMiddleware, telemetry=telemetry)
    return app


async def test_a_request_is_one_unbroken_trace_from_the_gateway_through_the_queue(
    receiver: OtlpReceiver, wired: WireService
) -> None:
    """Every span but the first has its parent among the others, over two HTTP hops, an outbox and a queue."""
    gateway, order, worker = wired("api-gateway"), wired("order-service"), wired("fulfilment-worker")
    queue: list[dict[str, str]] = []
    seen: dict[str, object] = {}
    order_app, gateway_app = served_by(order), served_by(gateway)

    @order_app.post("/orders/{order_id}")
    async def place(order_id: str) -> None:
        stored: dict[str, str] = {}
        inject_context(stored)
        queue.append(stored)

    @gateway_app.post("/checkout")
    async def checkout(request: Request) -> None:
        await calling(order_app, "order-service", gateway).post("/orders/7")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway_app), base_url="http://platform") as shopper:
        answer = await shopper.post("/checkout", headers={"x-request-id": "shopper-1", "baggage": "customer=c-1"})
    [headers] = queue
    with producing(order, "order-queue", "m1", headers):
        pass
    with consuming(worker, "order-queue", "m1", headers, attempt=2):
        seen = {"request": current.request_id.get(), "customer": baggage.get_baggage("customer")}
        trace_id = worker.current_ids().trace_id
    for telemetry in (gateway, order, worker):
        telemetry.close()

    spans = receiver.spans(trace_id)
    assert _chain(spans) == [
        ("api-gateway", "SERVER", "POST /checkout"),
        ("api-gateway", "CLIENT", "POST"),
        ("order-service", "SERVER", "POST /orders/{order_id}"),
        ("order-service", "PRODUCER", "send order-queue"),
        ("fulfilment-worker", "CONSUMER", "process order-queue"),
    ]
    assert len(receiver.spans()) == len(spans)
    assert answer.headers["x-request-id"] == "shopper-1"
    assert seen == {"request": "shopper-1", "customer": "c-1"}
    assert spans[-1].attributes["messaging.message.delivery_attempt"] == 2


def _chain(spans: list[ReceivedSpan]) -> list[tuple[str, str, str]]:
    """Follow the spans from the root, each to its only child."""
    below = {span.parent_id: span for span in spans}
    assert len(below) == len(spans)
    chain, at = [], ""
    while at in below:
        span = below[at]
        chain.append((span.service, span.kind, span.name))
        at = span.span_id
    return chain


async def test_what_a_caller_began_is_continued(receiver: OtlpReceiver, wired: WireService) -> None:
    """A request that arrives with a traceparent and tracestate stays in that trace, state included."""
    order = wired()
    app = served_by(order)

    @app.get("/headers")
    async def headers() -> dict[str, str]:
        found: dict[str, str] = {}
        inject_context(found)
        return found

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://platform") as client:
        answer = await client.get("/headers", headers={"traceparent": VALID, "tracestate": "vendor=7"})
    order.close()
    [span] = receiver.spans()
    assert (span.trace_id, span.parent_id, span.trace_state) == ("a" * 32, "b" * 16, "vendor=7")
    assert answer.json()["traceparent"] == f"00-{'a' * 32}-{span.span_id}-01"
    assert answer.json()["tracestate"] == "vendor=7"


async def test_a_decision_not_to_sample_is_kept_downstream(receiver: OtlpReceiver, wired: WireService) -> None:
    """A caller that does not sample gets no spans here, and the flag goes on as it came."""
    order = wired()
    app = served_by(order)

    @app.get("/headers")
    async def headers() -> dict[str, str]:
        found: dict[str, str] = {}
        inject_context(found)
        return found

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://platform") as client:
        answer = await client.get("/headers", headers={"traceparent": VALID[:-1] + "0"})
    order.close()
    assert receiver.spans() == []
    assert answer.json()["traceparent"].endswith("-00")


async def test_requests_side_by_side_keep_their_contexts_apart(receiver: OtlpReceiver, wired: WireService) -> None:
    """Concurrent requests in one process do not see each other's trace or request id."""
    order = wired()
    app, everybody = served_by(order), asyncio.Barrier(20)

    @app.get("/ids")
    async def ids() -> tuple[str, str]:
        before = order.current_ids()
        await everybody.wait()
        assert order.current_ids() == before
        return before.trace_id, before.request_id

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://platform") as client:
        answers = await asyncio.gather(
            *(client.get("/ids", headers={"x-request-id": f"request-{number}"}) for number in range(20))
        )
    assert [answer.json()[1] for answer in answers] == [f"request-{number}" for number in range(20)]
    assert len({answer.json()[0] for answer in answers}) == 20


def test_message_headers_do_not_leak_the_present_into_the_past() -> None:
    """Headers without a context give an empty one, not the context of whoever reads them."""
    token = context.attach(baggage.set_baggage("whose", "reader's"))
    try:
        with extracted({}):
            assert baggage.get_baggage("whose") is None
        assert baggage.get_baggage("whose") == "reader's"
    finally:
        context.detach(token)
