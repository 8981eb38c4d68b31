"""Giving a story to real back ends: Prometheus by remote write, Jaeger over OTLP, Loki by its push API."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from observability.evidence.backends.evidence import BackendEvidence
from observability.evidence.errors import NotFound
from observability.evidence.model import Exemplar, Labels, LogQuery, LogRecord, Span, Window
from tests.support import jaeger, loki, prometheus
from tests.support.evidence_contract.feeding import spans_requests
from tests.support.polling import poll_until_async


class Backends(NamedTuple):
    """Where they are."""

    prometheus: str
    jaeger: jaeger.Jaeger
    loki: str


class BackendFeed:
    """Keeps what it is told until it has settled."""

    def __init__(self, backends: Backends, evidence: BackendEvidence) -> None:
        self._backends, self._evidence = backends, evidence
        self._series: dict[tuple[tuple[str, str], ...], prometheus.Written] = defaultdict(prometheus.Written)
        self._spans: list[Span] = []
        self._records: list[LogRecord] = []

    def expose(self, metric: str, labels: Labels, points: Iterable[tuple[float, float | None]]) -> None:
        """Have a replica show a series, and `up` with it."""
        ended, own = False, self._of(metric, labels)
        up = self._of("up", {name: labels[name] for name in ("service", "instance")})
        for at_s, value in points:
            if value is not None or not ended:
                own.points.append((at_s, value))
            ended = value is None
            if not up.points or at_s > up.points[-1][0]:
                up.points.append((at_s, 1.0))

    def measure(self, *exemplars: Exemplar) -> None:
        """Add exemplars of series that are shown."""
        for one in exemplars:
            ids = {"trace_id": one.trace_id, "span_id": one.span_id}
            self._of(one.metric, one.labels).exemplars.append((ids, one.value, one.time_s))

    def record(self, *recorded: Span) -> None:
        """Add spans."""
        self._spans += recorded

    def log(self, *records: LogRecord) -> None:
        """Add log records."""
        self._records += records

    async def settled(self) -> None:
        """Send everything, and wait until all of it can be asked for."""
        if self._series:
            prometheus.write(self._backends.prometheus, self._series)
        for request in spans_requests(self._spans):
            jaeger.send(self._backends.jaeger, request.SerializeToString())
        if self._records:
            loki.push(self._backends.loki, self._records)
        await poll_until_async(self._is_there, "all to be found")

    async def _is_there(self) -> bool:
        if self._records:
            times = [record.time_s for record in self._records]
            page = await self._evidence.logs(LogQuery(), Window(min(times), max(times) + 1), 1000)
            if len(page.items) < len(self._records):
                return False
        for trace_id in {span.trace_id for span in self._spans}:
            try:
                stored = await self._evidence.trace(trace_id)
            except NotFound:
                return False
            if len(stored.spans) < sum(span.trace_id == trace_id for span in self._spans):
                return False
        return True

    def _of(self, metric: str, labels: Labels) -> prometheus.Written:
        return self._series[tuple(sorted({**labels, "__name__": metric}.items()))]
