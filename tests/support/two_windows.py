"""Evidence of two minutes of our shop, made by hand: one as it was, one while something is broken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from math import inf

from observability.evidence.model import Span as TraceSpan
from tests.support.memory_evidence.evidence import MemoryEvidence

BEFORE_S, BEGAN_S, ENDED_S = 1_000_000.0, 1_000_060.0, 1_000_120.0
STEP_S = 2.0
SERVED = "http_server_request_duration_seconds"
BOUNDS = (0.05, 0.25, 0.5, 1.0, 2.5, inf)
WAYS = (
    ("web-frontend", "GET", "/"),
    ("load-balancer", "GET", "/{path}"),
    ("api-gateway", "POST", "/orders"),
    ("api-gateway", "GET", "/products"),
    ("api-gateway", "GET", "/orders/{order_id}"),
    ("api-gateway", "POST", "/orders/{order_id}/cancel"),
    ("api-gateway", "GET", "/customers/{customer_id}/invoices"),
    ("order-service", "POST", "/orders"),
    ("inventory-service", "GET", "/products"),
    ("payment-service", "PUT", "/payments/{order_id}"),
    ("billing-service", "GET", "/customers/{customer_id}/invoices"),
    ("payment-provider", "PUT", "/authorisations/{reference}"),
)
Way = tuple[str, str, str]
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Served:
    """What is served one way in a minute: how much, how much of it fails, and how much takes `slow_s`."""

    number: int = 600
    failed: int = 0
    slow: int = 0
    slow_s: float = 2.0


@dataclass
class TwoWindows:
    """Everybody serves 600 requests a minute in 20 ms, and nobody fails, until something is told of it."""

    evidence: MemoryEvidence = field(default_factory=lambda: MemoryEvidence(ENDED_S))
    before: dict[Way, Served] = field(default_factory=lambda: dict.fromkeys(WAYS, Served()))
    during: dict[Way, Served] = field(default_factory=lambda: dict.fromkeys(WAYS, Served()))
    counted: dict[tuple[str, Labels], tuple[float, float]] = field(default_factory=dict)
    shown: dict[tuple[str, Labels], tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.counts("orders_total", 600, 600, service="order-service", outcome="confirmed")
        asked = {"service": "order-service", "peer": "payment-service", "status": "200"}
        self.counts("http_client_request_duration_seconds_count", 600, 600, **asked)
        queue = {"service": "fulfilment-worker", "queue": "order-queue"}
        self.counts("messaging_messages_processed_total", 600, 600, **queue, outcome="done")

    def serves(self, service: str, **served: float) -> None:
        """Change what a service serves while something is broken, whichever way."""
        for way in [one for one in WAYS if one[0] == service]:
            self.during[way] = replace(self.during[way], **served)  # type: ignore[arg-type]

    def counts(self, metric: str, before: float, during: float, **labels: str) -> None:
        """Have a counter rise by so much in each minute."""
        self.counted[metric, tuple(sorted(labels.items()))] = (before, during)

    def shows(self, metric: str, before: float, during: float, **labels: str) -> None:
        """Have a gauge show a value in each minute."""
        self.shown[metric, tuple(sorted(labels.items()))] = (before, during)

    def traced(
        self,
        service: str,
        *,
        error: bool = True,
        took_s: float = 0.02,
        attributes: Mapping[str, str | int] | None = None,
    ) -> str:
        """Record one trace of a service while something is broken; return its id."""
        number = f"{next(IDS):032x}"
        self.evidence.record(
            TraceSpan(number, number[:16], "", service, f"{service}-1", "GET /", "server", BEGAN_S + 5, took_s,
                      error, "", attributes or {}, {})
        )  # fmt: skip
        return number

    def told(self) -> MemoryEvidence:
        """Return all of it."""
        for way in self.before:
            self._requests(way, self.before[way], self.during.get(way, Served(number=0)))
        for (metric, labels), (before, during) in self.counted.items():
            self._rising(metric, dict(labels), before, during)
        for (metric, labels), (before, during) in self.shown.items():
            self.evidence.expose(
                metric, _whole(dict(labels)), [(at, before if at < BEGAN_S else during) for at in _moments()]
            )
        return self.evidence

    def _requests(self, way: Way, before: Served, during: Served) -> None:
        service, method, route = way
        common = {"service": service, "method": method, "route": route}
        for status, numbers in (
            ("200", (before.number - before.failed, during.number - during.failed)),
            ("503", (before.failed, during.failed)),
        ):
            self._rising(f"{SERVED}_count", {**common, "status": status}, *numbers)
        for bound in BOUNDS:
            le = "+Inf" if bound == inf else str(bound)
            upto = [
                one.number - (one.slow if one.slow_s > bound else 0) for one in (before, during)
            ]  # what is not slow takes less than the least bound
            self._rising(f"{SERVED}_bucket", {**common, "status": "200", "le": le}, *upto)

    def _rising(self, metric: str, labels: dict[str, str], before: float, during: float) -> None:
        points = []
        for at in _moments():
            first, second = min(at, BEGAN_S) - BEFORE_S, max(at - BEGAN_S, 0.0)
            points.append((at, before * first / 60 + during * second / 60))
        self.evidence.expose(metric, _whole(labels), points)


def _whole(labels: dict[str, str]) -> dict[str, str]:
    return {"instance": f"{labels['service']}-1", **labels}


def _moments() -> Iterator[float]:
    return (BEFORE_S + STEP_S * number for number in range(round((ENDED_S - BEFORE_S) / STEP_S)))


IDS = count(1)
