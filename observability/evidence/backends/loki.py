"""Questions about logs, answered by Loki."""

from collections.abc import Mapping
from typing import Any

from observability.evidence.backends import logql
from observability.evidence.backends.asking import Backend, all_of
from observability.evidence.errors import BadQuery, Unavailable
from observability.evidence.loglines import LEVELS, PRINTED, parsed, rank
from observability.evidence.model import LogQuery, LogRecord, Page, Window
from observability.evidence.store.records import OWN
from observability.wiring import vocabulary as names

NS = 1_000_000_000
LONGEST_PAGE = 4000
"""Loki gives 5000 lines at once."""
_MOST = 5000

Entry = tuple[int, str, str, str]
"""Time, service and instance of a stream, and a line."""


class Logs:
    """Asks one Loki."""

    def __init__(self, backend: Backend, labels: logql.Labels) -> None:
        self._backend, self._labels = backend, labels

    async def find(self, wanted: LogQuery, window: Window, limit: int, cursor: str | None) -> Page[LogRecord]:
        """Return records, the latest first. Raises BadQuery."""
        limit = max(1, min(limit, LONGEST_PAGE))
        before, skipped = _place(cursor)
        start, end = round(window.start_s * NS), round(window.end_s * NS)
        # Loki leaves the end out; what has the time of the cursor was shown in part.
        end = end if before is None else min(end, before + 1)
        if end <= start:
            raise BadQuery("A window ends after it begins; this one is empty.")
        bounds: dict[str, str | int] = {"start": start, "end": end, "direction": "backward"}
        bounds["limit"] = min(_MOST, limit + skipped + 1)
        answers = await all_of(self._entries(query, bounds) for query in logql.queries(wanted, self._labels))
        # Of one time in the order of their names, so that every page has the same order.
        entries = sorted((one for some in answers for one in some), key=lambda one: (-one[0], one[1:]))
        shown = entries[skipped : skipped + limit]
        more = None
        if len(entries) > skipped + limit:
            last = shown[-1][0]
            repeated = sum(one[0] == last for one in shown) + (skipped if last == before else 0)
            more = f"{last:x}-{repeated:x}"
        return Page(tuple(map(_record, shown)), more)

    async def _entries(self, query: str, bounds: Mapping[str, str | int]) -> list[Entry]:
        told = await self._backend.ask("/loki/api/v1/query_range", {"query": query, **bounds})
        try:
            return [
                (int(at), *(stream["stream"].get(label, "") for label in self._labels), str(line))
                for stream in told["data"]["result"]
                for at, line, *_ in stream["values"]
            ]
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Unavailable(f"What answers in the place of {self._backend.name} is none.") from error


def _record(entry: Entry) -> LogRecord:
    time_ns, service, instance, line = entry
    fields: dict[str, Any] | None = parsed(line.encode())
    if fields is None:
        fields = {names.LOG_EVENT: PRINTED, names.LOG_MESSAGE: line.rstrip()}
    return LogRecord(
        time_s=time_ns / NS,
        service=str(fields.get(names.LOG_SERVICE) or service),
        instance=str(fields.get(names.LOG_REPLICA) or instance),
        level=LEVELS[rank(str(fields.get(names.LOG_LEVEL, "")))],
        event=str(fields.get(names.LOG_EVENT, "")),
        trace_id=str(fields.get(names.LOG_TRACE, "")),
        span_id=str(fields.get(names.LOG_SPAN, "")),
        fields={name: value for name, value in fields.items() if name not in OWN},
    )


def _place(cursor: str | None) -> tuple[int | None, int]:
    if cursor is None:
        return None, 0
    try:
        time, skipped = (int(part, 16) for part in cursor.split("-"))
    except ValueError:
        raise BadQuery(f"{cursor!r} is no cursor of ours.") from None
    return time, skipped
