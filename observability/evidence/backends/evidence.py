"""Evidence from real back ends: metrics from Prometheus, traces from Jaeger, logs from Loki."""

import time
from types import TracebackType
from typing import Self

from observability.evidence import red
from observability.evidence.backends import graph
from observability.evidence.backends.asking import Backend, all_of
from observability.evidence.backends.correlation import correlated
from observability.evidence.backends.jaeger import Traces
from observability.evidence.backends.logql import Labels
from observability.evidence.backends.loki import Logs
from observability.evidence.backends.prefixes import completed
from observability.evidence.backends.prometheus import Metrics
from observability.evidence.backends.settings import BackendSettings
from observability.evidence.model import (
    By,
    Correlation,
    Exemplar,
    LogQuery,
    LogRecord,
    Page,
    Range,
    Red,
    Sample,
    Selector,
    ServiceGraph,
    Trace,
    TraceQuery,
    TraceSummary,
    Window,
)


class BackendEvidence:
    """Implements `Evidence`. Close it, or enter it, when it is no longer needed."""

    def __init__(self, settings: BackendSettings) -> None:
        self._settings = settings
        self.prometheus = Backend("Prometheus", settings.prometheus_url, settings.patience_s)
        self._jaeger = Backend("Jaeger", settings.jaeger_url, settings.patience_s)
        self._loki = Backend("Loki", settings.loki_url, settings.patience_s)
        labels = Labels(settings.loki_service_label, settings.loki_instance_label)
        self._metrics, self._traces = Metrics(self.prometheus), Traces(self._jaeger)
        self._logs = Logs(self._loki, labels)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await all_of(one.close() for one in (self.prometheus, self._jaeger, self._loki))

    async def now(self) -> float:
        """Return the time; all back ends are taken to have the same."""
        return time.time()

    async def metrics(self) -> list[str]:
        """Return the names of all metrics."""
        return await self._metrics.names()

    async def instant(self, wanted: Selector, at_s: float | None = None) -> list[Sample]:
        """Return the latest value of every series."""
        return await self._metrics.instant(wanted, time.time() if at_s is None else at_s)

    async def range(self, wanted: Selector, window: Window, step_s: float) -> list[Range]:
        """Return the latest value of every series, step by step."""
        return await self._metrics.range(wanted, window, step_s)

    async def increase(self, counter: Selector, window: Window, by: tuple[str, ...] | None = None) -> list[Sample]:
        """Return by how much counters rose."""
        return await self._metrics.increase(counter, window, by)

    async def rate(self, counter: Selector, window: Window, by: tuple[str, ...] | None = None) -> list[Sample]:
        """Return by how much counters rose per second."""
        return await self._metrics.rate(counter, window, by)

    async def rates(
        self, counter: Selector, window: Window, step_s: float, over_s: float, by: tuple[str, ...] | None = None
    ) -> list[Range]:
        """Return the rate of counters, step by step."""
        return await self._metrics.rates(counter, window, step_s, over_s, by)

    async def quantile(
        self, histogram: Selector, quantile: float, window: Window, by: tuple[str, ...] = ()
    ) -> list[Sample]:
        """Return a quantile per group."""
        return await self._metrics.quantile(histogram, quantile, window, by)

    async def exemplars(self, wanted: Selector, window: Window, limit: int = 100) -> list[Exemplar]:
        """Return exemplars, the latest first."""
        return (await self._metrics.exemplars(wanted, window))[: max(0, limit)]

    async def red(self, window: Window, by: By = "service") -> list[Red]:
        """Return rate, errors and duration of what served."""
        return await red.of(self._metrics, window, by)

    async def traces(
        self, wanted: TraceQuery, window: Window, limit: int = 20, cursor: str | None = None
    ) -> Page[TraceSummary]:
        """Return traces, the latest first."""
        return await self._traces.find(wanted, window, limit, cursor)

    async def trace(self, trace_id: str) -> Trace:
        """Return one trace; one whose id is cut is looked for among those of the last hours."""
        now_s = time.time()
        recent = Window(now_s - self._settings.look_back_s, now_s)
        return await self._traces.whole(await completed(trace_id, self._traces, self._logs, recent))

    async def logs(
        self, wanted: LogQuery, window: Window, limit: int = 100, cursor: str | None = None
    ) -> Page[LogRecord]:
        """Return log records, the latest first."""
        return await self._logs.find(wanted, window, limit, cursor)

    async def graph(self, window: Window) -> ServiceGraph:
        """Return who called whom."""
        return await graph.of(self._metrics, self._traces, window)

    async def correlate(self, wanted: Selector, window: Window, limit: int = 10) -> Correlation:
        """Return what stands behind a metric."""
        exemplars = await self._metrics.exemplars(wanted, window)
        return await correlated(exemplars, self._traces, self._logs, max(1, limit))
