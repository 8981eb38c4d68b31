"""Evidence in lists: what a test says has happened."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from observability.evidence.errors import BadQuery, NotFound
from observability.evidence.loglines import LEVELS
from observability.evidence.model import (
    By,
    Correlation,
    Exemplar,
    Labels,
    LogQuery,
    LogRecord,
    Page,
    Point,
    Range,
    Red,
    Sample,
    Selector,
    ServiceGraph,
    Span,
    Trace,
    TraceQuery,
    TraceSummary,
    Window,
)
from tests.support.memory_evidence import spans as telling
from tests.support.memory_evidence.series import Series, grouped, quantiles

Item = TypeVar("Item")


class MemoryEvidence:
    """Implements `Evidence`. `now_s` is its clock; fill it with the methods that come first."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        self._series = Series()
        self._exemplars: list[Exemplar] = []
        self._spans: dict[str, list[Span]] = defaultdict(list)
        self._logs: list[LogRecord] = []

    def expose(self, metric: str, labels: Labels, points: Iterable[tuple[float, float | None]]) -> None:
        """Have a series show `(time_s, value)`, oldest first; None: it is no longer shown."""
        self._series.add(metric, labels, points)

    def measure(self, *exemplars: Exemplar) -> None:
        """Add exemplars."""
        self._exemplars += exemplars

    def record(self, *spans: Span) -> None:
        """Add spans."""
        for span in spans:
            self._spans[span.trace_id].append(span)

    def log(self, *records: LogRecord) -> None:
        """Add log records."""
        self._logs += records

    async def now(self) -> float:
        """Return the clock; see `Evidence`."""
        return self.now_s

    async def metrics(self) -> list[str]:
        """Return names; see `Evidence`."""
        return self._series.names()

    async def instant(self, wanted: Selector, at_s: float | None = None) -> list[Sample]:
        """Return latest values; see `Evidence`."""
        return self._series.instant(wanted, self.now_s if at_s is None else at_s)

    async def range(self, wanted: Selector, window: Window, step_s: float) -> list[Range]:
        """Return values over time; see `Evidence`."""
        return _ranges((at, self._series.instant(wanted, at)) for at in _moments(window, step_s))

    async def increase(self, counter: Selector, window: Window, by: tuple[str, ...] | None = None) -> list[Sample]:
        """Return by how much counters rose; see `Evidence`."""
        return grouped(self._series.increases(counter, window.start_s, window.end_s), by)

    async def rate(self, counter: Selector, window: Window, by: tuple[str, ...] | None = None) -> list[Sample]:
        """Return rates; see `Evidence`."""
        risen = await self.increase(counter, window, by)
        return [Sample(one.labels, one.value / window.length_s, one.time_s) for one in risen]

    async def rates(
        self, counter: Selector, window: Window, step_s: float, over_s: float, by: tuple[str, ...] | None = None
    ) -> list[Range]:
        """Return rates over time; see `Evidence`."""
        return _ranges([(at, await self.rate(counter, Window(at - over_s, at), by)) for at in _moments(window, step_s)])

    async def quantile(
        self, histogram: Selector, quantile: float, window: Window, by: tuple[str, ...] = ()
    ) -> list[Sample]:
        """Return quantiles; see `Evidence`."""
        if not 0 <= quantile <= 1:
            raise BadQuery(f"A quantile is a share from 0 to 1, and {quantile:g} is none. Write 0.95, for instance.")
        buckets = Selector(f"{histogram.metric}_bucket", histogram.matchers)
        return quantiles(self._series.increases(buckets, window.start_s, window.end_s), quantile, by)

    async def exemplars(self, wanted: Selector, window: Window, limit: int = 100) -> list[Exemplar]:
        """Return exemplars; see `Evidence`."""
        series = Series()
        for one in self._exemplars:
            if window.start_s <= one.time_s < window.end_s:
                series.add(one.metric, one.labels, [(one.time_s, one.value)])
        fitting = [labels for labels, _ in series.wanted(wanted)]
        found = [
            one
            for one in self._exemplars
            if one.metric == wanted.metric and one.labels in fitting and window.start_s <= one.time_s < window.end_s
        ]
        return sorted(found, key=lambda one: -one.time_s)[:limit]

    async def red(self, window: Window, by: By = "service") -> list[Red]:
        """Return rate, errors and duration; see `Evidence`."""
        return telling.red(self._spans.values(), window, by)

    async def traces(
        self, wanted: TraceQuery, window: Window, limit: int = 20, cursor: str | None = None
    ) -> Page[TraceSummary]:
        """Return a page of traces; see `Evidence`."""
        found = [
            telling.summary(spans)
            for spans in self._spans.values()
            if any(window.start_s <= span.start_s < window.end_s and telling.fits(span, wanted) for span in spans)
        ]
        return _page(sorted(found, key=lambda one: (-one.start_s, one.trace_id)), limit, cursor)

    async def trace(self, trace_id: str) -> Trace:
        """Return one trace; see `Evidence`."""
        for known, spans in sorted(self._spans.items()):
            if trace_id and known.startswith(trace_id.lower()):
                return Trace(known, tuple(sorted(spans, key=lambda span: (span.start_s, span.span_id))))
        raise NotFound(f"There is no trace {trace_id}, or no longer.")

    async def logs(
        self, wanted: LogQuery, window: Window, limit: int = 100, cursor: str | None = None
    ) -> Page[LogRecord]:
        """Return a page of log records; see `Evidence`."""
        found = [one for one in self._logs if window.start_s <= one.time_s < window.end_s and _is_meant(one, wanted)]
        return _page(sorted(found, key=lambda one: -one.time_s), limit, cursor)

    async def graph(self, window: Window) -> ServiceGraph:
        """Return who called whom; see `Evidence`."""
        return telling.graph(self._spans.values(), window)

    async def correlate(self, wanted: Selector, window: Window, limit: int = 10) -> Correlation:
        """Return what stands behind a metric; see `Evidence`."""
        found = await self.exemplars(wanted, window, len(self._exemplars))
        exemplars = sorted(found, key=lambda one: -one.value)[:limit]
        ids = list(dict.fromkeys(one.trace_id for one in exemplars))
        return Correlation(
            tuple(exemplars),
            tuple(telling.summary(self._spans[one]) for one in ids if one in self._spans),
            tuple(one for one in ids if one not in self._spans),
            tuple(record for record in self._logs if record.trace_id in ids),
        )


def _is_meant(one: LogRecord, wanted: LogQuery) -> bool:
    return (
        wanted.service in (None, one.service, one.instance)
        and (wanted.level is None or _rank(one.level) >= LEVELS.index(wanted.level))
        and (wanted.text is None or wanted.text.lower() in repr(one).lower())
        and (wanted.trace_id is None or one.trace_id.startswith(wanted.trace_id.lower()))
        and wanted.event in (None, one.event)
    )


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else 1


def _moments(window: Window, step_s: float) -> list[float]:
    if step_s <= 0:
        raise BadQuery(f"A step of {step_s:g} s leads nowhere. Write 15, for instance.")
    count = 0
    while window.start_s + count * step_s < window.end_s:
        count += 1
    return [window.start_s + number * step_s for number in range(count)]


def _ranges(moments: Iterable[tuple[float, Sequence[Sample]]]) -> list[Range]:
    series: dict[tuple[tuple[str, str], ...], list[Point]] = defaultdict(list)
    for at, samples in moments:
        for one in samples:
            series[tuple(sorted(one.labels.items()))].append(Point(at, one.value))
    return [Range(dict(labels), tuple(points)) for labels, points in sorted(series.items())]


def _page(items: Sequence[Item], limit: int, cursor: str | None) -> Page[Item]:
    if cursor is not None and not cursor.isdecimal():
        raise BadQuery(f"{cursor!r} is no cursor. Write the one that the page before has given.")
    start = int(cursor or 0)
    end = start + limit
    return Page(tuple(items[start:end]), str(end) if end < len(items) else None)
