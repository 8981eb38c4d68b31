"""What happened, in the contract: a minute of a small shop, told to any store."""

from dataclasses import dataclass

from observability.evidence.model import Exemplar, Kind, LogRecord, Span, SpanEvent, Window
from tests.support.evidence_contract.feeding import Feed

EVERY_S = 2.0
LOOKS = 30
BOUNDS = ("0.1", "0.5", "1.0", "+Inf")
DURATION = "http_server_request_duration_seconds"
CALL_BOUNDS = ("0.1", "0.46", "0.5", "+Inf")
CALL_DURATION = "http_client_request_duration_seconds"
ORDERS = 6
ORDER_EVERY_S = 10.0


@dataclass(frozen=True)
class Story:
    """All times are counted from `start_s`."""

    start_s: float

    @property
    def window(self) -> Window:
        """All of it."""
        return Window(self.start_s - 0.5, self.start_s + EVERY_S * (LOOKS - 1) + 0.5)

    @property
    def before(self) -> Window:
        """What nothing is told of but the ring."""
        return Window(self.start_s - 60.0, self.start_s - 20.0)

    def looks(self) -> list[float]:
        """When replicas are looked at."""
        return [round(self.start_s + EVERY_S * number, 3) for number in range(LOOKS)]

    def trace_id(self, number: int) -> str:
        """Return the id of the trace of one order."""
        return f"{0xA0 + number:02x}{number:030x}"


def tell(feed: Feed, story: Story) -> None:
    """Give it to a store."""
    _metrics(feed, story)
    for number in range(ORDERS):
        _order(feed, story, number)


def _metrics(feed: Feed, story: Story) -> None:
    looks = story.looks()
    order = {"service": "order-service", "instance": "order-service-1"}
    other = {"service": "order-service", "instance": "order-service-2"}
    slow = story.trace_id(3)
    buckets = {**order, "method": "POST", "route": "/orders", "status": "201"}
    feed.measure(
        Exemplar(f"{DURATION}_bucket", {**buckets, "le": "1.0"}, 0.75, looks[20] - 0.25, slow, f"{3:08x}{5:08x}"),
        Exemplar(f"{DURATION}_bucket", {**buckets, "le": "0.1"}, 0.05, looks[25] - 0.5, "ff" * 16, "ee" * 8),
    )
    # Six orders per look; after the fifteenth look the replica was started anew, and counts from nothing.
    counted = [6.0 * number for number in range(15)] + [6.0 * number for number in range(LOOKS - 15)]
    feed.expose("orders_total", {**order, "outcome": "confirmed"}, list(zip(looks, counted, strict=True)))
    feed.expose("orders_total", {**order, "outcome": "declined"}, [(at, 4.0) for at in looks])
    feed.expose("orders_total", {**other, "outcome": "confirmed"}, [(at, 10.0 + at - looks[0]) for at in looks])
    gauge = [(at, float(number % 5) if number < 20 else None) for number, at in enumerate(looks)]
    feed.expose("messaging_queue_depth", {**order, "queue": "order-queue", "state": "ready"}, gauge)
    for bound, share in zip(BOUNDS, (2, 6, 9, 10), strict=True):
        series = [(at, float(share * number)) for number, at in enumerate(looks)]
        feed.expose(f"{DURATION}_bucket", {**buckets, "le": bound}, series)
    feed.expose(f"{DURATION}_count", buckets, [(at, 10.0 * number) for number, at in enumerate(looks)])
    failed = {**order, "method": "POST", "route": "/orders", "reason": "http_503"}
    feed.expose("http_server_request_failures_total", failed, [(at, 1.0 * number) for number, at in enumerate(looks)])
    for caller, callee, fails in (
        ("api-gateway", "order-service", True), ("order-service", "payment-service", True),
        ("worker", "order-service", False),
    ):  # fmt: skip
        _calls(feed, story, caller, callee, fails=fails)


def _calls(feed: Feed, story: Story, caller: str, callee: str, *, fails: bool) -> None:
    """Count the calls that the traces of the orders show; those that fail, or else those of the other orders."""
    looks = story.looks()
    made = [_orders_before(story, at) for at in looks]
    counts = [(float(every if fails else every - wrong), float(wrong)) for every, wrong in made]
    edge = {"service": caller, "instance": f"{caller}-1", "peer": callee}
    for bound, share in zip(CALL_BOUNDS, (0, 0, 1, 1), strict=True):
        series = [(at, share * count) for at, (count, _) in zip(looks, counts, strict=True)]
        feed.expose(f"{CALL_DURATION}_bucket", {**edge, "method": "POST", "status": "200", "le": bound}, series)
    calls = [(at, count) for at, (count, _) in zip(looks, counts, strict=True)]
    feed.expose(f"{CALL_DURATION}_count", {**edge, "method": "POST", "status": "200"}, calls)
    if fails:
        failed = [(at, wrong) for at, (_, wrong) in zip(looks, counts, strict=True)]
        feed.expose("http_client_request_failures_total", {**edge, "reason": "http_503"}, failed)


def _orders_before(story: Story, at_s: float) -> tuple[int, int]:
    """Return how many orders had begun, and how many of them found no payment."""
    begun = [number for number in range(ORDERS) if story.start_s + ORDER_EVERY_S * number < at_s]
    return len(begun), sum(_finds_no_payment(number) for number in begun)


def _finds_no_payment(number: int) -> bool:
    return number % 3 == 2


def _order(feed: Feed, story: Story, number: int) -> None:
    """Tell of one order; every third finds no payment, and what the last calls is a ring."""
    start_s, wrong = story.start_s + ORDER_EVERY_S * number, _finds_no_payment(number)
    spans = [
        _span(story, number, 1, 0, "api-gateway", "POST /orders", "server", start_s, 0.5, error=wrong),
        _span(story, number, 2, 1, "api-gateway", "POST", "client", start_s + 0.01, 0.48, "order-service", error=wrong),
        _span(story, number, 3, 2, "order-service", "POST /orders", "server", start_s + 0.02, 0.4, error=wrong),
        _span(story, number, 4, 3, "order-service", "INSERT orders", "client", start_s + 0.03, 0.01),
        _span(
            story, number, 5, 3, "order-service", "PUT", "client", start_s + 0.1, 0.2, "payment-service", error=wrong
        ),
    ]
    if not wrong:
        spans += [
            _span(story, number, 6, 5, "payment-service", "PUT /payments", "server", start_s + 0.12, 0.1),
            _span(story, number, 7, 3, "order-service", "send order-queue", "producer", start_s + 0.35, 0.01),
            _span(story, number, 8, 7, "worker", "process order-queue", "consumer", start_s + 1.0, 0.3),
            _span(story, number, 9, 8, "worker", "POST", "client", start_s + 1.1, 0.1, "order-service"),
            _span(story, number, 10, 9, "order-service", "POST /settlement", "server", start_s + 1.12, 0.05),
        ]
    feed.record(*spans)
    level, event = ("warning", "payment.unconfirmed") if wrong else ("info", "order.placed")
    for place, (at, what) in enumerate(((start_s + 0.3, event), (start_s + 0.4, "request.served"))):
        said = {"customer_id": f"Ada-{number}", "attempt": place}
        who = ("order-service", "order-service-1", "info" if place else level, what)
        feed.log(LogRecord(at, *who, story.trace_id(number), f"{number:08x}{3:08x}", said))


def ring(feed: Feed, story: Story) -> None:
    """Tell of a request that comes back to the service that it began at."""
    chain = ("order-service", "payment-service", "billing-service", "order-service")
    for number in (20, 21):
        spans = []
        for place, service in enumerate(chain):
            at = story.before.start_s + 20 + place * 0.01
            above = 2 * place
            spans.append(_span(story, number, above + 1, above, service, "GET /", "server", at, 0.5 - place * 0.1))
            if place + 1 < len(chain):
                peer = chain[place + 1]
                spans.append(_span(story, number, above + 2, above + 1, service, "GET", "client", at, 0.45, peer))
        feed.record(*spans)


def _span(
    story: Story,
    number: int,
    place: int,
    above: int,
    service: str,
    name: str,
    kind: Kind,
    start_s: float,
    duration_s: float,
    peer: str = "",
    *,
    error: bool = False,
) -> Span:
    died = SpanEvent("exception", start_s + duration_s, {"exception.type": "NeighbourTimedOut"})
    return Span(
        trace_id=story.trace_id(number),
        span_id=f"{number:08x}{place:08x}",
        parent_id=f"{number:08x}{above:08x}" if above else "",
        service=service,
        instance=f"{service}-1",
        name=name,
        kind=kind,
        start_s=start_s,
        duration_s=duration_s,
        error=error,
        status_message="NeighbourTimedOut" if error else "",
        attributes={"order": number, "customer": f"ada-{number}", "gift": number == 1, "weight": 0.5 + number}
        | ({"peer.service": peer} if peer else {}),
        resource={"service.namespace": "nightshift"},
        events=(died,) if error else (),
    )
