"""A lab of which a test says what is seen: healthy, until something is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from math import inf

from advisor.calm.model import Architecture, Node
from advisor.live.lab import Changes, Event, Firing, Harm, Health
from observability.evidence.model import Kind, LogRecord, Span
from tests.support.memory_evidence.evidence import MemoryEvidence

NOW_S = 1_000_000.0
STEP_S, STEPS = 5.0, 24
LATER_S = 0.005
"""How much later than the one before it a span begins."""
SERVED, CALLED = "http_server_request_duration_seconds", "http_client_request_duration_seconds"
CALLS = (
    ("web-frontend", "load-balancer"),
    ("load-balancer", "api-gateway"),
    ("api-gateway", "order-service"),
    ("api-gateway", "inventory-service"),
    ("order-service", "inventory-service"),
    ("order-service", "payment-service"),
    ("payment-service", "payment-provider"),
)
SERVICES = tuple(dict.fromkeys(name for call in CALLS for name in call))
BOUNDS = (0.05, 0.25, 1.0, 2.5, 5.0, inf)


@dataclass
class StandInLab:
    """Implements `Lab`. `ill`: instances that do not answer, or answer with this status."""

    evidence: MemoryEvidence
    ill: dict[str, int | None] = field(default_factory=dict)
    firing: list[Firing] = field(default_factory=list)
    happened: list[Event] = field(default_factory=list)
    harmed: Harm = field(default_factory=Harm)
    changed: Changes = field(default_factory=Changes)

    async def health(self, nodes: Sequence[Node]) -> dict[str, list[Health]]:
        """Everybody is well who is not ill."""
        found: dict[str, list[Health]] = {}
        for node in nodes:
            for name in node.metadata["deployment"]["embedded"]:
                health = Health(name, f"http://{name}/health", self.ill.get(name, 200))
                found.setdefault(node.id, []).append(health)
        return found

    async def alerts(self) -> list[Firing]:
        """Return what a test says."""
        return self.firing

    async def harm(self) -> Harm:
        """Return what a test says."""
        return self.harmed

    async def changes(self, of: Architecture) -> Changes:
        """Return what a test says."""
        del of
        return self.changed

    async def events(self) -> list[Event]:
        """Return what a test says."""
        return self.happened


@dataclass
class Story:
    """What is measured and traced of a shop in two minutes; every service is quick and fails nobody at first."""

    lab: StandInLab = field(default_factory=lambda: StandInLab(MemoryEvidence(NOW_S)))
    slow: dict[str, float] = field(default_factory=dict)
    """Service → seconds that its requests take."""
    failing: dict[str, float] = field(default_factory=dict)
    """Service → share of its requests that end in a server error."""
    refused: dict[tuple[str, str], float] = field(default_factory=dict)
    """Caller and callee → share of attempts that fail."""

    def told(self) -> StandInLab:
        """Return the lab."""
        for service in SERVICES:
            bad = self.failing.get(service, 0.0)
            self._requests(service, "200", 4 * (1 - bad), self.slow.get(service, 0.02))
            if bad:
                self._requests(service, "503", 4 * bad, self.slow.get(service, 0.02))
        for caller, callee in CALLS:
            labels = {"service": caller, "peer": callee, "method": "GET", "status": "200"}
            self.rising(f"{CALLED}_count", labels, 4)
            if share := self.refused.get((caller, callee)):
                self.rising("http_client_request_failures_total", {"service": caller, "peer": callee}, 4 * share)
        return self.lab

    def rising(self, metric: str, labels: dict[str, str], per_s: float) -> None:
        """Count something."""
        points = [(NOW_S - (STEPS - step) * STEP_S, per_s * step * STEP_S) for step in range(STEPS)]
        self.lab.evidence.expose(metric, {"instance": f"{labels['service']}-1", **labels}, points)

    def gauge(self, metric: str, value: float, **labels: str) -> None:
        """Show something."""
        self.lab.evidence.expose(metric, {"instance": f"{labels['service']}-1", **labels}, [(NOW_S - STEP_S, value)])

    def _requests(self, service: str, status: str, per_s: float, took_s: float) -> None:
        labels = {"service": service, "method": "GET", "route": "/", "status": status}
        for bound in BOUNDS:
            le = "+Inf" if bound == inf else f"{bound:g}"
            self.rising(f"{SERVED}_bucket", {**labels, "le": le}, per_s if took_s <= bound else 0.0)
        self.rising(f"{SERVED}_count", labels, per_s)

    def traced(self, way: Sequence[str], *, error: bool = False, last_s: float = 0.02, silent: bool = False) -> None:
        """Record three traces along a way of services; the last one fails or takes its time, or does not answer."""
        for _ in range(3):
            self._trace(way, error=error, last_s=last_s, silent=silent)

    def _trace(self, way: Sequence[str], *, error: bool, last_s: float, silent: bool) -> None:
        number, numbers, parent = next(IDS), count(1), ""
        for place, service in enumerate(way):
            took_s = last_s + 0.01 * (len(way) - place)
            kinds: tuple[tuple[Kind, str, str], ...] = (("server", service, ""),)
            if place:
                kinds = (("client", way[place - 1], service), *kinds)
            for kind, owner, peer in kinds[:1] if silent and place == len(way) - 1 else kinds:
                attributes = {"peer.service": peer} if peer else {}
                parent = self._span(
                    number, next(numbers), parent, (kind, owner, took_s, error), attributes, place * LATER_S
                )

    def _span(
        self,
        trace: int,
        number: int,
        parent: str,
        told: tuple[Kind, str, float, bool],
        attributes: dict[str, str],
        after_s: float = 0.0,
    ) -> str:
        """Record kind, owner, duration and failure of a span that begins so long after its trace; return its id."""
        kind, owner, took_s, error = told
        span, start_s = f"{trace:08x}{number:08x}", NOW_S - 20 + after_s
        self.lab.evidence.record(
            Span(f"{trace:032x}", span, parent, owner, f"{owner}-1", "GET /", kind, start_s, took_s, error, "",
                 attributes, {})
        )  # fmt: skip
        return span

    def given_up(self, caller: str, callee: str, slow: str) -> None:
        """Record three traces in which a caller gives up on a callee, which waits for somebody slow."""
        for _ in range(3):
            number, parent = next(IDS), ""
            told: tuple[tuple[Kind, str, float, bool], ...] = (
                ("server", caller, 1.1, True), ("client", caller, 1.0, True), ("server", callee, 2.2, False),
                ("client", callee, 2.1, False), ("server", slow, 2.0, False),
            )  # fmt: skip
            for place, one in enumerate(told):
                attributes = {"peer.service": told[place + 1][1]} if one[0] == "client" else {}
                parent = self._span(number, place, parent, one, attributes, place * LATER_S)

    def refusal(self, way: Sequence[str], status: str, *, fails: bool = True) -> None:
        """Record three traces along a way in which the last one refuses, and the first fails for that reason."""
        for _ in range(3):
            number, numbers, parent = next(IDS), count(1), ""
            for place, service in enumerate(way):
                kinds: tuple[tuple[Kind, str], ...] = (("server", service),)
                if place:
                    kinds = (("client", way[place - 1]), *kinds)
                for kind, owner in kinds:
                    attributes = {"http.response.status_code": status} if place else {}
                    parent = self._span(
                        number, next(numbers), parent, (kind, owner, 0.02, fails and not place), attributes
                    )

    def complaint(self, service: str, event: str) -> None:
        """Log an error."""
        record = LogRecord(NOW_S - 10, service, f"{service}-1", "error", event, "", "", {})
        self.lab.evidence.log(record)


IDS = count(1)
