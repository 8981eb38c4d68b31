"""The interface over HTTP: `GET /api/…`, one path per question. `client.py` asks it."""

from fastapi import APIRouter

from observability.evidence.errors import BadQuery, NotFound, Unavailable
from observability.evidence.evidence import Evidence
from observability.evidence.model import (
    Correlation,
    Exemplar,
    LogRecord,
    Page,
    Range,
    Red,
    Sample,
    ServiceGraph,
    Trace,
    TraceSummary,
)
from observability.evidence.moments import duration_s, moment_s
from observability.evidence.parameters import (
    At,
    Cursor,
    InWindow,
    Labels,
    Limit,
    Over,
    Quantile,
    RedBy,
    SelectorText,
    Step,
    TraceId,
    WhichLogs,
    WhichTraces,
    labels,
    step_s,
)
from observability.evidence.problems import ProblemRoute, responses
from observability.evidence.selectors import parsed
from observability.evidence.wire import Now

PREFIX = "/api"


def router(evidence: Evidence) -> APIRouter:
    """Return the routes that answer from `evidence`; wrong questions are answered with problem+json."""
    answers = _Answers(evidence)
    made = APIRouter(prefix=PREFIX, route_class=ProblemRoute)
    for path, summary, answer in (
        ("/now", "The time of the store", answers.now),
        ("/metrics", "Names of all metrics", answers.metrics),
        ("/instant", "Latest value of every series", answers.instant),
        ("/range", "Values over time", answers.range),
        ("/increase", "By how much counters rose", answers.increase),
        ("/rate", "By how much counters rose per second", answers.rate),
        ("/rates", "Rates over time", answers.rates),
        ("/quantile", "Quantile of a histogram", answers.quantile),
        ("/exemplars", "Measurements with their traces", answers.exemplars),
        ("/red", "Rate, errors and duration", answers.red),
        ("/traces", "Search traces", answers.traces),
        ("/traces/{trace_id}", "One trace", answers.trace),
        ("/logs", "Search logs", answers.logs),
        ("/graph", "Who called whom", answers.graph),
        ("/correlate", "From a metric to traces and logs", answers.correlate),
    ):
        missing = (NotFound,) if "{" in path else ()
        made.add_api_route(
            path, answer, summary=summary, tags=["evidence"], responses=responses(BadQuery, *missing, Unavailable)
        )
    return made


class _Answers:
    """HTTP in, HTTP out; the docstrings are what OpenAPI tells."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    async def now(self) -> Now:
        """Windows end there unless another end is asked for."""
        return Now(await self._evidence.now())

    async def metrics(self) -> list[str]:
        """Only those that have samples, by name."""
        return await self._evidence.metrics()

    async def instant(self, selector: SelectorText, at: At = "now") -> list[Sample]:
        """One sample per series. A series ends when its replica no longer shows it."""
        return await self._evidence.instant(parsed(selector), moment_s(at, await self._evidence.now()))

    async def range(self, selector: SelectorText, asked: InWindow, step: Step = "15s") -> list[Range]:
        """What `/api/instant` would say at the start of the window and every step from there on."""
        window = await asked.at(self._evidence)
        return await self._evidence.range(parsed(selector), window, step_s(step, window))

    async def increase(self, selector: SelectorText, asked: InWindow, by: Labels = None) -> list[Sample]:
        """As Prometheus' `increase` has it; per series, or the sum per group."""
        return await self._evidence.increase(parsed(selector), await asked.at(self._evidence), labels(by))

    async def rate(self, selector: SelectorText, asked: InWindow, by: Labels = None) -> list[Sample]:
        """As Prometheus' `rate` has it; per series, or the sum per group."""
        return await self._evidence.rate(parsed(selector), await asked.at(self._evidence), labels(by))

    async def rates(
        self, selector: SelectorText, asked: InWindow, step: Step = "15s", over: Over = "1m", by: Labels = None
    ) -> list[Range]:
        """The rate over the last while, at the start of the window and every step from there on."""
        window, over_s = await asked.at(self._evidence), duration_s(over)
        if over_s <= 0:
            raise BadQuery(f"A rate over {over} is none. Write 1m, for instance.")
        return await self._evidence.rates(parsed(selector), window, step_s(step, window), over_s, labels(by))

    async def quantile(
        self, selector: SelectorText, asked: InWindow, quantile: Quantile = 0.95, by: Labels = None
    ) -> list[Sample]:
        """As Prometheus' `histogram_quantile` has it; name the histogram without `_bucket`.

        Groups without an observation are left out; without `by` there is one group.
        """
        window = await asked.at(self._evidence)
        return await self._evidence.quantile(parsed(selector), quantile, window, labels(by) or ())

    async def exemplars(self, selector: SelectorText, asked: InWindow, limit: Limit = 100) -> list[Exemplar]:
        """The latest first."""
        return await self._evidence.exemplars(parsed(selector), await asked.at(self._evidence), limit)

    async def red(self, asked: InWindow, by: RedBy = "service") -> list[Red]:
        """Of everything that served something in the window."""
        return await self._evidence.red(await asked.at(self._evidence), by)

    async def traces(
        self, wanted: WhichTraces, asked: InWindow, limit: Limit = 20, cursor: Cursor = None
    ) -> Page[TraceSummary]:
        """Traces of which one span meets all conditions, the latest first."""
        return await self._evidence.traces(wanted, await asked.at(self._evidence), limit, cursor)

    async def trace(self, trace_id: TraceId) -> Trace:
        """All spans that are stored, by start."""
        return await self._evidence.trace(trace_id)

    async def logs(
        self, wanted: WhichLogs, asked: InWindow, limit: Limit = 100, cursor: Cursor = None
    ) -> Page[LogRecord]:
        """Records that meet all conditions, the latest first."""
        return await self._evidence.logs(wanted, await asked.at(self._evidence), limit, cursor)

    async def graph(self, asked: InWindow) -> ServiceGraph:
        """Calls between services as traces show them, and the cycles among them."""
        return await self._evidence.graph(await asked.at(self._evidence))

    async def correlate(self, selector: SelectorText, asked: InWindow, limit: Limit = 10) -> Correlation:
        """The exemplars of a metric, largest value first, with their traces and the logs of these."""
        return await self._evidence.correlate(parsed(selector), await asked.at(self._evidence), limit)
