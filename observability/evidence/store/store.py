"""The embedded store: what fills it, and what it answers."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

from observability.evidence import red
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
from observability.evidence.settings import EvidenceSettings
from observability.evidence.store import exemplars, graph, logs, search, traces
from observability.evidence.store.buffer import Buffer, Row
from observability.evidence.store.calls import Rollup
from observability.evidence.store.frugal import Frugality, share_one_arena
from observability.evidence.store.head import Head
from observability.evidence.store.metrics import Metrics
from observability.evidence.store.reading import Reader, Reading
from observability.evidence.store.scraper import Scraper, Targets
from observability.evidence.store.slices import Slices
from observability.evidence.store.tails import Tails
from observability.evidence.store.writer import Writer


class EmbeddedStore:
    """Implements `Evidence`, while it runs."""

    def __init__(self, settings: EvidenceSettings, lost: Callable[[], None] = lambda: None) -> None:
        self._settings, self._lost = settings, lost
        self.buffer = Buffer(settings.waiting_spans)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the files, and receive, look and read until the end of the block."""
        settings = self._settings
        share_one_arena()
        self._slices = Slices(
            settings.home, memory_mb=settings.memory_mb, keep_s=settings.keep_s, keep_mb=settings.keep_mb
        )
        self._reading = Reading(self._slices, settings.memory_mb, settings.asking_mb)
        last_number, looked_s, left_off = await self._reading.do(former_life)
        self.head = Head(self.buffer, last_number=last_number, before_s=looked_s)
        self._metrics = Metrics(self.head, self._reading)
        self._tails = Tails(settings.logs, self.buffer, left_off) if settings.logs else None
        self._writer = Writer(self.buffer, self._slices, settings.flush_every_s, self._beginnings)
        self._writer.lost = self._lost
        rollup = Rollup(self._slices)
        self._writer.before_rotation = rollup.finish
        self._writer.tidying += [rollup.tidy, Frugality().tidy]
        self._writer.start()
        tasks = [asyncio.create_task(work) for work in self._work()]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(self._writer.close)
            self._reading.close()
            self._slices.close()

    def _work(self) -> Iterator[Coroutine[None, None, None]]:
        settings = self._settings
        if self._tails is not None:
            yield self._tails.run()
        if settings.lab_state is not None:
            yield Scraper(
                self.head,
                Targets(settings.lab_state, settings.services),
                every_s=settings.scrape_every_s,
                within_s=settings.scrape_within_s,
                recent_s=settings.recent_s,
            ).run()

    def _beginnings(self) -> list[tuple[str, list[Row]]]:
        tails = self._tails.left_off() if self._tails is not None else {}
        return [*self.head.keyframe(), ("tails", [(file, read, head) for file, (read, head) in tails.items()])]

    async def now(self) -> float:
        """Return the time."""
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
        risen = await self._metrics.increase(counter, window, by)
        return [Sample(one.labels, one.value / window.length_s, one.time_s) for one in risen]

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
        return await self._reading.do(lambda reader: exemplars.find(reader, wanted, window, limit))

    async def red(self, window: Window, by: By = "service") -> list[Red]:
        """Return rate, errors and duration of what served."""
        return await red.of(self._metrics, window, by)

    async def traces(
        self, wanted: TraceQuery, window: Window, limit: int = 20, cursor: str | None = None
    ) -> Page[TraceSummary]:
        """Return traces, the latest first."""
        return await self._reading.do(lambda reader: search.find(reader, wanted, window, limit, cursor))

    async def trace(self, trace_id: str) -> Trace:
        """Return one trace."""
        return await self._reading.do(lambda reader: traces.whole(reader, trace_id))

    async def logs(
        self, wanted: LogQuery, window: Window, limit: int = 100, cursor: str | None = None
    ) -> Page[LogRecord]:
        """Return log records, the latest first."""
        return await self._reading.do(lambda reader: logs.find(reader, wanted, window, limit, cursor))

    async def graph(self, window: Window) -> ServiceGraph:
        """Return who called whom."""
        return await self._reading.do(lambda reader: graph.of(reader, window))

    async def correlate(self, wanted: Selector, window: Window, limit: int = 10) -> Correlation:
        """Return what stands behind a metric."""
        return await self._reading.do(lambda reader: exemplars.correlated(reader, wanted, window, limit))


def former_life(reader: Reader) -> tuple[int, float, dict[str, tuple[int, str]]]:
    """Return the highest number of a series, when metrics were last looked at, and how far each log file was read."""
    number, looked_s = 0, float("-inf")
    tails: dict[str, tuple[int, str]] = {}
    for one in reversed(reader.slices()):
        ((highest,),) = reader.rows(one, "SELECT coalesce(max(id), 0) FROM {s}.series")
        ((latest,),) = reader.rows(one, "SELECT max(time) FROM {s}.scrapes")
        number = max(number, highest)
        looked_s = looked_s if latest is None else max(looked_s, latest)
        tails |= {file: (read, head) for file, read, head in reader.rows(one, "SELECT file, read, head FROM {s}.tails")}
    return number, looked_s + 0.0005, tails
