"""What a span, a request, a call and a statement cost with telemetry: `python -m benchmarks.telemetry_micro`.

Processor time in microseconds: of spans the best of several rounds, of the rest the median of many short runs that take
turns. Stock is the OpenTelemetry SDK with its batch processor and OTLP/HTTP exporter, and for requests FastAPI's own
telemetry on top of it (one span per request, no metrics, no log line; ours has both). Every span that was made must
have been received, or the run fails.
"""

import asyncio
import time
from collections.abc import Callable

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Tracer
from opentelemetry.util.types import AnyValue
from rich.console import Console
from rich.table import Table

from benchmarks import figures
from benchmarks.counting import counting_receiver, received, silenced
from benchmarks.figures import Figure
from benchmarks.telemetry_seams import SPANS_OURS, SPANS_STOCK, Seam, seams
from observability.wiring import wire
from observability.wiring.current import Identity
from observability.wiring.settings import TelemetrySettings

ROUNDS, SPANS = 5, 10_000
HOPS, CALLS, QUERIES, CHECKOUT_US = 6, 5, 35, 10_000
GOAL_PERCENT = 20.0
ATTRIBUTES: dict[str, AnyValue] = {
    "http.request.method": "GET",
    "http.route": "/orders/{order_id}",
    "http.response.status_code": 200,
    "url.path": "/orders/7f3e",
    "url.scheme": "http",
    "server.address": "127.0.0.1",
    "server.port": 8084,
}


def spans_cost(tracer: Tracer, flush: Callable[[], object]) -> float:
    """Processor time per span, made, encoded and sent, in µs."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for at in range(SPANS):
            tracer.start_span("GET /orders/{order_id}", kind=SpanKind.SERVER, attributes=ATTRIBUTES).end()
            if at % 1_000 == 999:
                flush()
        best = min(best, time.process_time() - started)
    return best / SPANS * 1e6


def stock_provider(endpoint: str) -> TracerProvider:
    """The SDK, exporting to `endpoint`."""
    provider = TracerProvider(resource=Resource.create({"service.name": "benchmark"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint + "/v1/traces"), max_queue_size=100_000))
    return provider


def main() -> None:
    """Measure and print."""
    options = figures.arguments(__doc__).parse_args()
    with counting_receiver() as endpoint:
        provider = stock_provider(endpoint)
        telemetry = wire(
            Identity("benchmark", "benchmark-1"),
            TelemetrySettings.model_validate({"exporter_otlp_endpoint": endpoint, "bsp_max_queue_size": 100_000}),
        )
        span = Seam(
            bare=0.0,
            stock=spans_cost(provider.get_tracer("benchmark"), provider.force_flush),
            ours=spans_cost(telemetry.tracer, telemetry.flush),
        )
        with silenced():
            around = asyncio.run(seams(telemetry, provider))
        telemetry.close()
        provider.shutdown()
        made = 2 * SPANS * ROUNDS + SPANS_STOCK + SPANS_OURS + 1
        if received(endpoint) != made:
            raise SystemExit(f"{received(endpoint)} of {made} spans received")
    cost = report({"span, 7 attributes, delivered": span, **around})
    told = Figure("cost of telemetry in processor time, summed from its parts", 100 * cost, "%", GOAL_PERCENT)
    figures.write([told], options.figures)


def report(measured: dict[str, Seam]) -> float:
    """Print the figures; return the share of a checkout's processor time that telemetry takes."""
    table = Table("µs of processor time", "bare", "stock adds", "ours adds", "ours / stock")
    for name, seam in measured.items():
        ours, stock = seam.ours - seam.bare, None if seam.stock is None else seam.stock - seam.bare
        table.add_row(
            name,
            f"{seam.bare:.1f}",
            "" if stock is None else f"{stock:.1f}",
            f"{ours:.1f}",
            "" if stock is None else f"{ours / stock:.2f}",
        )
    request, call, statement = (seam.ours - seam.bare for seam in list(measured.values())[1:])
    checkout = HOPS * request + CALLS * call + QUERIES * statement
    console = Console()
    console.print(table)
    console.print("every span made was received")
    console.print(
        f"a checkout of {HOPS} requests, {CALLS} calls, {QUERIES} statements: {checkout:.0f} µs "
        f"of {CHECKOUT_US} µs = {checkout / CHECKOUT_US:.1%}"
    )
    return checkout / CHECKOUT_US


if __name__ == "__main__":
    main()
