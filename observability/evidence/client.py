"""Evidence of a store in another process, asked over HTTP."""

from asyncio import Semaphore
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from observability.evidence.errors import BadQuery, EvidenceError, NotFound, Unavailable
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
from observability.evidence.selectors import written
from observability.evidence.wire import Now, decoded

PATIENCE_S = 10.0
AT_ONCE = 4
"""Questions that are asked at a time: what lies behind a store has the memory for few."""
_REFUSALS: dict[str, type[EvidenceError]] = {"urn:problem:bad-query": BadQuery, "urn:problem:not-found": NotFound}

Told = TypeVar("Told")
Parameters = dict[str, Any]


class RemoteEvidence:
    """Implements `Evidence`. Enter it before use; `transport` takes the place of the network."""

    def __init__(
        self, url: str, *, patience_s: float = PATIENCE_S, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._url = url
        self._turns = Semaphore(AT_ONCE)
        # Whatever proxy a person has set is not on the way to their own machine.
        self._client = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/api",
            trust_env=False,
            timeout=patience_s,
            transport=transport,
            verify=not url.startswith("http:"),  # reading whom to trust takes longer than most questions
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def now(self) -> float:
        """Return the time of the store; see `Evidence`."""
        return (await self._ask(Now, "/now", {})).now_s

    async def metrics(self) -> list[str]:
        """Return the names of all metrics; see `Evidence`."""
        return await self._ask(list[str], "/metrics", {})

    async def instant(self, wanted: Selector, at_s: float | None = None) -> list[Sample]:
        """Return the latest value of every series; see `Evidence`."""
        return await self._ask(
            list[Sample], "/instant", _selector(wanted) | ({} if at_s is None else {"at": repr(at_s)})
        )

    async def range(self, wanted: Selector, window: Window, step_s: float) -> list[Range]:
        """Return values over time; see `Evidence`."""
        return await self._ask(list[Range], "/range", _selector(wanted) | _window(window) | {"step": repr(step_s)})

    async def increase(self, counter: Selector, window: Window, by: tuple[str, ...] | None = None) -> list[Sample]:
        """Return by how much counters rose; see `Evidence`."""
        return await self._ask(list[Sample], "/increase", _selector(counter) | _window(window) | _by(by))

    async def rate(self, counter: Selector, window: Window, by: tuple[str, ...] | None = None) -> list[Sample]:
        """Return by how much counters rose per second; see `Evidence`."""
        return await self._ask(list[Sample], "/rate", _selector(counter) | _window(window) | _by(by))

    async def rates(
        self, counter: Selector, window: Window, step_s: float, over_s: float, by: tuple[str, ...] | None = None
    ) -> list[Range]:
        """Return rates over time; see `Evidence`."""
        every = {"step": repr(step_s), "over": repr(over_s)}
        return await self._ask(list[Range], "/rates", _selector(counter) | _window(window) | every | _by(by))

    async def quantile(
        self, histogram: Selector, quantile: float, window: Window, by: tuple[str, ...] = ()
    ) -> list[Sample]:
        """Return a quantile per group; see `Evidence`."""
        which = {"q": repr(quantile)}
        return await self._ask(list[Sample], "/quantile", _selector(histogram) | _window(window) | which | _by(by))

    async def exemplars(self, wanted: Selector, window: Window, limit: int = 100) -> list[Exemplar]:
        """Return the exemplars of series; see `Evidence`."""
        return await self._ask(list[Exemplar], "/exemplars", _selector(wanted) | _window(window) | {"limit": limit})

    async def red(self, window: Window, by: By = "service") -> list[Red]:
        """Return rate, errors and duration; see `Evidence`."""
        return await self._ask(list[Red], "/red", _window(window) | {"by": by})

    async def traces(
        self, wanted: TraceQuery, window: Window, limit: int = 20, cursor: str | None = None
    ) -> Page[TraceSummary]:
        """Return a page of traces; see `Evidence`."""
        which = {
            "service": wanted.service,
            "name": wanted.name,
            "min_duration": None if wanted.min_duration_s is None else repr(wanted.min_duration_s),
            "max_duration": None if wanted.max_duration_s is None else repr(wanted.max_duration_s),
            "error": wanted.error,
            "attribute": [f"{key}={value}" for key, value in wanted.attributes.items()],
        }
        return await self._ask(Page[TraceSummary], "/traces", which | _window(window) | _page(limit, cursor))

    async def trace(self, trace_id: str) -> Trace:
        """Return one trace; see `Evidence`."""
        if not trace_id.isalnum():  # it could not be part of a path
            raise NotFound(f"There is no trace {trace_id!r}.")
        return await self._ask(Trace, f"/traces/{trace_id}", {})

    async def logs(
        self, wanted: LogQuery, window: Window, limit: int = 100, cursor: str | None = None
    ) -> Page[LogRecord]:
        """Return a page of log records; see `Evidence`."""
        which = {
            "service": wanted.service,
            "level": wanted.level,
            "text": wanted.text,
            "trace": wanted.trace_id,
            "event": wanted.event,
        }
        return await self._ask(Page[LogRecord], "/logs", which | _window(window) | _page(limit, cursor))

    async def graph(self, window: Window) -> ServiceGraph:
        """Return who called whom; see `Evidence`."""
        return await self._ask(ServiceGraph, "/graph", _window(window))

    async def correlate(self, wanted: Selector, window: Window, limit: int = 10) -> Correlation:
        """Return what stands behind a metric; see `Evidence`."""
        return await self._ask(Correlation, "/correlate", _selector(wanted) | _window(window) | {"limit": limit})

    async def _ask(self, kind: type[Told], path: str, parameters: Parameters) -> Told:
        present = {key: value for key, value in parameters.items() if value is not None}
        try:
            async with self._turns:
                answer = await self._client.get(path, params=present)
        except httpx.HTTPError as error:
            raise Unavailable(f"The evidence store does not answer at {self._url}.") from error
        if not answer.is_success:
            raise _refusal(answer)
        try:
            found: Told = decoded(kind, answer.json())
        except (ValueError, TypeError, LookupError) as error:
            raise Unavailable(f"What answers at {self._url} is no evidence store of this version.") from error
        return found


def _selector(wanted: Selector) -> Parameters:
    return {"selector": written(wanted)}


def _window(window: Window) -> Parameters:
    return {"start": repr(window.start_s), "end": repr(window.end_s)}


def _by(by: tuple[str, ...] | None) -> Parameters:
    return {"by": None if by is None else ",".join(by)}


def _page(limit: int, cursor: str | None) -> Parameters:
    return {"limit": limit, "cursor": cursor}


def _refusal(answer: httpx.Response) -> EvidenceError:
    try:
        problem = answer.json()
        kind, detail = str(problem["type"]), str(problem["detail"])
    except (ValueError, TypeError, LookupError):
        return Unavailable(f"The evidence store answered {answer.status_code} {answer.reason_phrase}.")
    return _REFUSALS.get(kind, Unavailable)(detail)
