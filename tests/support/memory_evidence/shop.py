"""Evidence of a small shop: thirty orders in five minutes, of which every tenth finds no payment."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf

from observability.evidence.model import Exemplar, Kind, LogRecord, Span, SpanEvent
from tests.support.memory_evidence.evidence import MemoryEvidence

ORDERS = 30
EVERY_S = 10.0
STEP_S = 5.0
DURATION = "http_server_request_duration_seconds"
ATTEMPT = "http_client_request_duration_seconds"
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, inf)
SLOW_S, QUICK_S = 0.62, 0.18
ROUTE = "POST /orders"


@dataclass(frozen=True)
class _Step:
    """Who does what within an order: share of the time at which it begins, share that it takes."""

    service: str
    name: str
    kind: Kind
    begins: float
    takes: float
    parent: int
    peer: str = ""


STEPS = (
    _Step("load-balancer", ROUTE, "server", 0.0, 0.55, -1),
    _Step("load-balancer", ROUTE, "client", 0.01, 0.53, 0, "api-gateway"),
    _Step("api-gateway", ROUTE, "server", 0.02, 0.51, 1),
    _Step("api-gateway", ROUTE, "client", 0.05, 0.46, 2, "order-service"),
    _Step("order-service", ROUTE, "server", 0.06, 0.44, 3),
    _Step("order-service", "INSERT orders", "client", 0.07, 0.004, 4),
    _Step("order-service", "PUT /reservations/{order_id}", "client", 0.08, 0.12, 4, "inventory-service"),
    _Step("inventory-service", "PUT /reservations/{order_id}", "server", 0.1, 0.08, 6),
    _Step("order-service", "PUT /payments/{order_id}", "client", 0.22, 0.25, 4, "payment-service"),
    _Step("payment-service", "PUT /payments/{order_id}", "server", 0.23, 0.23, 8),
    _Step("order-service", "send order-queue", "producer", 0.48, 0.002, 4),
    _Step("fulfilment-worker", "process order-queue", "consumer", 0.6, 0.4, 10),
    _Step("fulfilment-worker", "POST /payments/{order_id}/capture", "client", 0.62, 0.2, 11, "payment-service"),
    _Step("payment-service", "POST /payments/{order_id}/capture", "server", 0.63, 0.17, 12),
)
FAILS_AT = frozenset({0, 1, 2, 3, 4, 8, 9})
"""Where an order that finds no payment fails; nothing is sent to the queue then."""


def shop(now_s: float) -> MemoryEvidence:
    """Return the evidence of the five minutes before `now_s`."""
    made = MemoryEvidence(now_s)
    for number in range(ORDERS):
        _order(made, number, now_s - (ORDERS - number) * EVERY_S)
    _metrics(made, now_s - ORDERS * EVERY_S, now_s)
    return made


def trace_id(number: int) -> str:
    """Return the id of the trace of one order."""
    return f"{0x55FF4055 + number * 0x1111:08x}{number:024x}"


def went_wrong(number: int) -> bool:
    """Whether an order found no payment."""
    return number % 10 == 9


def _order(made: MemoryEvidence, number: int, start_s: float) -> None:
    took_s = SLOW_S if went_wrong(number) else QUICK_S + number * 0.002
    spans = list(_spans(number, start_s, took_s))
    made.record(*spans)
    served = spans[4]
    labels = {"service": "order-service", "instance": served.instance, "method": "POST", "route": "/orders"}
    le = next(bound for bound in BOUNDS if served.duration_s <= bound)
    made.measure(
        Exemplar(
            f"{DURATION}_bucket",
            labels | {"status": "503" if served.error else "201", "le": f"{le:g}"},
            served.duration_s,
            start_s + took_s,
            served.trace_id,
            served.span_id,
        )
    )
    level, event = ("warning", "payment.unconfirmed") if served.error else ("info", "order.placed")
    fields = {"request_id": served.trace_id, "customer_id": "ada", "note": "two words"}
    made.log(
        LogRecord(
            served.start_s, "order-service", served.instance, level, event, served.trace_id, served.span_id, fields
        )
    )


def _spans(number: int, start_s: float, took_s: float) -> Iterator[Span]:
    wrong = went_wrong(number)
    for place, step in enumerate(STEPS[:10] if wrong else STEPS):
        failed = wrong and place in FAILS_AT
        span = Span(
            trace_id=trace_id(number),
            span_id=f"{number:08x}{place + 1:08x}",
            parent_id="" if step.parent < 0 else f"{number:08x}{step.parent + 1:08x}",
            service=step.service,
            instance=f"{step.service}-1",
            name=step.name,
            kind=step.kind,
            start_s=start_s + step.begins * took_s,
            duration_s=step.takes * took_s,
            error=failed,
            status_message="",
            attributes={"http.request.method": "POST", "order": number}
            | ({"peer.service": step.peer} if step.peer else {}),
            resource={"service.name": step.service},
        )
        yield _with_exception(span) if failed and place == 9 else span


def _with_exception(span: Span) -> Span:
    what = {
        "exception.type": "NeighbourTimedOut",
        "exception.message": "payment-provider: no answer within 0.40 s",
        "exception.stacktrace": 'Traceback:\n  File "client.py", line 166',
    }
    return replace(span, events=(SpanEvent("exception", span.start_s + span.duration_s, what),))


def _metrics(made: MemoryEvidence, start_s: float, end_s: float) -> None:
    """Expose what the orders would have counted, every five seconds."""
    moments = [start_s + STEP_S * count for count in range(round((end_s - start_s) / STEP_S))]
    for service in sorted({step.service for step in STEPS}):
        who = {"service": service, "instance": f"{service}-1"}
        made.expose("up", who, [(at, 1.0) for at in moments])
        labels = who | {"method": "POST", "route": "/orders", "status": "201"}
        rate = 2.0 + len(service) % 5
        for bound, share in zip(BOUNDS, (0.1, 0.4, 0.8, 0.95, 1.0, 1.0), strict=True):
            le = "+Inf" if bound == inf else f"{bound:g}"
            made.expose(
                f"{DURATION}_bucket", labels | {"le": le}, [(at, rate * share * _load(at - start_s)) for at in moments]
            )
        made.expose(f"{DURATION}_count", labels, [(at, rate * _load(at - start_s)) for at in moments])
    for caller, callee in {(step.service, step.peer) for step in STEPS if step.peer}:
        labels = {"service": caller, "instance": f"{caller}-1", "peer": callee, "method": "POST", "status": "201"}
        made.expose(f"{ATTEMPT}_count", labels, [(at, 3.0 * _load(at - start_s)) for at in moments])
    for outcome, rate in (("confirmed", 0.09), ("payment_pending", 0.01)):
        labels = {"service": "order-service", "instance": "order-service-1", "outcome": outcome}
        made.expose("orders_total", labels, [(at, rate * (at - start_s)) for at in moments])
    memory = {"service": "order-service", "instance": "order-service-1"}
    made.expose("process_resident_memory_bytes", memory, [(at, 40e6 + (at - start_s) * 1e4) for at in moments])


def _load(passed_s: float) -> float:
    """Return requests so far, of a crowd that grows and goes."""
    return passed_s + 40 * (passed_s / 300) ** 3
