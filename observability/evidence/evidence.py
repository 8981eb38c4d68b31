"""The interface that everybody asks who wants to know what happened: probes, drills, advisor, console, agents.

`store/` answers it from the embedded store, `backends/` from Prometheus, Jaeger and Loki; `client.py` asks over HTTP.
"""

from typing import Protocol

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


class Evidence(Protocol):
    """Everything raises `EvidenceError`: `BadQuery` for what cannot be meant, `Unavailable` when nobody answers.

    What is not known is left out: an empty list means that nothing fits.
    """

    async def now(self) -> float:
        """Return the time of the store, seconds; windows end there unless somebody wants another."""

    async def metrics(self) -> list[str]:
        """Return the names of all metrics that have samples, by name."""

    async def instant(self, wanted: Selector, at_s: float | None = None) -> list[Sample]:
        """Return the latest value of every series at `at_s`. A series ends when its replica no longer shows it."""

    async def range(self, wanted: Selector, window: Window, step_s: float) -> list[Range]:
        """Return what `instant` would say at the start of the window and every `step_s` from there on."""

    async def increase(self, counter: Selector, window: Window, by: tuple[str, ...] | None = None) -> list[Sample]:
        """Return by how much counters rose, as Prometheus' `increase` has it: extrapolated, restarts no fall.

        One sample per series, or the sum per group of series that agree in the labels `by`.
        """

    async def rate(self, counter: Selector, window: Window, by: tuple[str, ...] | None = None) -> list[Sample]:
        """Return `increase` per second."""

    async def rates(
        self, counter: Selector, window: Window, step_s: float, over_s: float, by: tuple[str, ...] | None = None
    ) -> list[Range]:
        """Return `rate` over the last `over_s` seconds, at the start of the window and every `step_s` from there on."""

    async def quantile(
        self, histogram: Selector, quantile: float, window: Window, by: tuple[str, ...] = ()
    ) -> list[Sample]:
        """Return a quantile per group, as Prometheus' `histogram_quantile` has it.

        `histogram` names the histogram without `_bucket`. Groups without an observation are left out.
        """

    async def exemplars(self, wanted: Selector, window: Window, limit: int = 100) -> list[Exemplar]:
        """Return the exemplars of series, the latest first."""

    async def red(self, window: Window, by: By = "service") -> list[Red]:
        """Return rate, errors and duration of everything that served something in the window."""

    async def traces(
        self, wanted: TraceQuery, window: Window, limit: int = 20, cursor: str | None = None
    ) -> Page[TraceSummary]:
        """Return traces of which a span that fits began in the window, the latest first."""

    async def trace(self, trace_id: str) -> Trace:
        """Return one trace; its id may be cut to the first digits. Raises `NotFound`."""

    async def logs(
        self, wanted: LogQuery, window: Window, limit: int = 100, cursor: str | None = None
    ) -> Page[LogRecord]:
        """Return log records, the latest first."""

    async def graph(self, window: Window) -> ServiceGraph:
        """Return who called whom in the window."""

    async def correlate(self, wanted: Selector, window: Window, limit: int = 10) -> Correlation:
        """Return the exemplars of a metric, largest value first, with their traces and the logs of these."""
