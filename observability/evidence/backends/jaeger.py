"""Questions about traces, answered by Jaeger.

Its API v3 tells spans as they were sent, and does not search for attributes; the older one does, and tells less. So
what has an attribute is found with the one and read with the other.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import orjson

from observability.evidence.backends import otlp
from observability.evidence.backends.asking import Backend, all_of
from observability.evidence.backends.fitting import fits
from observability.evidence.errors import BadQuery, NotFound, Unavailable
from observability.evidence.model import Page, Trace, TraceQuery, TraceSummary, Window

NS = 1_000_000_000
LONGEST_PAGE = 1000
LEAST_DEPTH = 64
AT_ONCE = 200
"""Traces that Jaeger is asked for together: it, and we, hold them in memory."""
MICROSECOND_S = 1e-6
LATEST_S = 253_402_300_799.0
"""The end of the year 9999: later than that cannot be written."""
DEEPEST = 2048
"""Traces that one search looks through; Jaeger returns the latest."""

Place = tuple[int, str]
"""Start of the latest span of a trace that fits, and the trace."""


class Traces:
    """Asks one Jaeger."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def find(self, wanted: TraceQuery, window: Window, limit: int, cursor: str | None) -> Page[TraceSummary]:
        """Return traces, those whose latest span that fits began last first. Raises BadQuery."""
        limit, after = max(1, min(limit, LONGEST_PAGE)), _place(cursor)
        upto = Window(window.start_s, window.end_s if after is None else min(window.end_s, after[0] / NS + 0.001))
        found: dict[Place, TraceSummary] = {}
        places: list[Place] = []
        async for traces, began_s in self._latest_first(wanted, upto, limit):
            # Only what is told of a trace is kept: whole ones take a hundred times the room.
            found |= {place: otlp.summary(one) for one in traces if (place := _latest(one, wanted, window)) is not None}
            places = sorted((place for place in found if after is None or place < after), reverse=True)
            if len(places) > limit and places[limit][0] >= began_s * NS:
                break
        more = f"{places[limit - 1][0]:x}-{places[limit - 1][1]}" if len(places) > limit else None
        return Page(tuple(found[place] for place in places[:limit]), more)

    async def _latest_first(
        self, wanted: TraceQuery, window: Window, limit: int
    ) -> AsyncIterator[tuple[list[Trace], float]]:
        """Yield traces that may fit, and since when all that began have been yielded."""
        if wanted.service or wanted == TraceQuery():
            known: set[str] = set()
            end_s = window.end_s
            while len(known) < DEEPEST:
                seen = await self.search(wanted, Window(window.start_s, end_s), AT_ONCE)
                fresh = [trace for trace in seen if trace.trace_id not in known]
                known |= {trace.trace_id for trace in fresh}
                # A trace may have begun long before the span by which it was found: its last one is the safe bound.
                began_s = min((max(span.start_s for span in trace.spans) for trace in seen), default=end_s)
                yield fresh, began_s
                if len(seen) < AT_ONCE or not fresh or began_s <= window.start_s:
                    return
                end_s = min(end_s, began_s + MICROSECOND_S)
            return
        # Of several services there is no one moment from which on all were seen: deeper and deeper.
        depth = max(LEAST_DEPTH, 2 * limit)
        while True:
            seen = await self.search(wanted, window, depth)
            yield seen, 0.0
            if len(seen) < depth or depth >= DEEPEST:
                return
            depth *= 4

    async def search(self, wanted: TraceQuery, window: Window, most: int) -> list[Trace]:
        """Return the latest traces that may fit, whole."""
        if wanted.attributes or wanted.error:
            ids = await self._ids(wanted, window, most)
            return [trace for trace in await all_of(self.known(one) for one in ids) if trace is not None]
        asked = {
            "query.operation_name": wanted.name,
            "query.duration_min": _seconds(wanted.min_duration_s),
            "query.duration_max": _seconds(wanted.max_duration_s),
        }
        told: dict[str, str | int] = {name: value for name, value in asked.items() if value is not None}
        # Its storage takes conditions only together with a service.
        services = await self._services() if told and not wanted.service else [wanted.service or ""]
        told |= {"query.start_time_min": _moment(window.start_s), "query.start_time_max": _moment(window.end_s)}
        told["query.num_traces"] = most
        each = (self._traces("/api/v3/traces", {**told, "query.service_name": service}) for service in services)
        return list({trace.trace_id: trace for some in await all_of(each) for trace in some}.values())

    async def whole(self, trace_id: str) -> Trace:
        """Return one trace. Raises NotFound."""
        if (found := await self.known(trace_id)) is None:
            raise NotFound(f"There is no trace {trace_id}, or no longer.")
        return found

    async def known(self, trace_id: str) -> Trace | None:
        """Return one trace, if it is stored."""
        found = await self._traces(f"/api/v3/traces/{trace_id}", {})
        return found[0] if found else None

    async def _ids(self, wanted: TraceQuery, window: Window, most: int) -> list[str]:
        """Return the ids of traces with attributes, as the older API finds them: service by service."""
        services = [wanted.service] if wanted.service else await self._services()
        tags = {**wanted.attributes, **({"error": "true"} if wanted.error else {})}
        asked = {
            "operation": wanted.name,
            "minDuration": _seconds(wanted.min_duration_s),
            "maxDuration": _seconds(wanted.max_duration_s),
        }
        told: dict[str, str | int] = {name: value for name, value in asked.items() if value is not None}
        told |= {"start": int(window.start_s * 1e6), "end": int(window.end_s * 1e6) + 1, "limit": most}
        told["tags"] = orjson.dumps(tags).decode()
        answers = await all_of(self._ask("/api/traces", {**told, "service": service}) for service in services)
        return list({str(one["traceID"]).rjust(32, "0"): None for answer in answers for one in answer["data"] or ()})

    async def _services(self) -> list[str]:
        return list(map(str, (await self._ask("/api/v3/services", {}))["services"] or ()))

    async def _traces(self, path: str, parameters: Mapping[str, str | int]) -> list[Trace]:
        told = await self._ask(path, parameters)
        try:
            return otlp.traces(told) if told is not None else []
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Unavailable(f"What answers in the place of {self._backend.name} is none.") from error

    async def _ask(self, path: str, parameters: Mapping[str, str | int]) -> dict[str, list[dict[str, object]]]:
        # It says 404 where nothing fits.
        found: dict[str, list[dict[str, object]]] = await self._backend.ask(path, parameters, or_none=True)
        return found


def _latest(trace: Trace, wanted: TraceQuery, window: Window) -> Place | None:
    starts = [span.start_s for span in trace.spans if fits(span, wanted, window)]
    return (round(max(starts) * NS), trace.trace_id) if starts else None


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    start, _, trace_id = cursor.partition("-")
    try:
        return int(start, 16), f"{int(trace_id, 16):032x}"
    except ValueError:
        raise BadQuery(f"{cursor!r} is no cursor of ours.") from None


def _moment(at_s: float) -> str:
    told = datetime.fromtimestamp(min(max(at_s, 0.0), LATEST_S), UTC)
    return told.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _seconds(duration_s: float | None) -> str | None:
    return None if duration_s is None else f"{duration_s:.9f}s"
