"""Questions about exemplars, and from them on to traces and logs."""

import json

from observability.evidence.matching import condition
from observability.evidence.model import Correlation, Exemplar, LogQuery, LogRecord, Selector, Window
from observability.evidence.store import ids, logs
from observability.evidence.store.reading import Reader, among
from observability.evidence.store.traces import NS, summaries

EXEMPLARS_EACH = 16
"""Of one trace, as a guess: every service on its way has some."""
LOGS_EACH = 50
"""Log records of one trace that are told."""
_FOUND = """
SELECT e.series, e.time, e.value, e.hi, e.lo, e.span FROM {s}.exemplars e
WHERE e.time >= ? AND e.time < ? AND e.series IN {among} ORDER BY {order} DESC LIMIT {most}
"""


def find(reader: Reader, wanted: Selector, window: Window, limit: int) -> list[Exemplar]:
    """Return exemplars, the latest first. Of a histogram its name will do, without `_bucket`."""
    found = _first(reader, wanted, window, "time", max(0, limit))
    found.sort(key=lambda one: -one.time_s)
    return found[: max(0, limit)]


def correlated(reader: Reader, wanted: Selector, window: Window, limit: int) -> Correlation:
    """Return the exemplars with the largest values, one per trace, with their traces and the logs of these."""
    largest = _largest(reader, wanted, window, max(1, limit))
    moments = {ids.halves(one.trace_id): round(one.time_s * NS) for one in largest.values()}
    known = {trace.trace_id: trace for trace in summaries(reader, moments).values()}
    records: list[LogRecord] = []
    for trace in known.values():
        around = Window(trace.start_s - 1, trace.start_s + trace.duration_s + 1)
        records += logs.find(reader, LogQuery(trace_id=trace.trace_id), around, LOGS_EACH, None).items
    records.sort(key=lambda record: -record.time_s)
    return Correlation(
        exemplars=tuple(largest.values()),
        traces=tuple(known[one] for one in largest if one in known),
        missing_trace_ids=tuple(one for one in largest if one not in known),
        logs=tuple(records),
    )


def _largest(reader: Reader, wanted: Selector, window: Window, limit: int) -> dict[str, Exemplar]:
    """Return the largest of each trace, of so many traces."""
    most = limit * EXEMPLARS_EACH
    while True:
        found = _first(reader, wanted, window, "value", most)
        largest: dict[str, Exemplar] = {}
        for one in sorted(found, key=lambda one: -one.value):
            largest.setdefault(one.trace_id, one)
        if len(largest) >= limit or len(found) < most:
            return dict(list(largest.items())[:limit])
        most *= 8


def _first(reader: Reader, wanted: Selector, window: Window, order: str, most: int) -> list[Exemplar]:
    """Return exemplars, at least the `most` first ones by an order that falls."""
    fits = condition(wanted.matchers)
    found: dict[tuple[str, float, str], Exemplar] = {}
    for one in reader.slices(window.start_s):
        series = {
            number: (metric, labels)
            for number, metric, text in reader.rows(
                one,
                "SELECT id, metric, labels FROM {s}.series WHERE metric IN (?, ? || '_bucket')",
                *[wanted.metric] * 2,
            )
            if fits(labels := json.loads(text))
        }
        for number, time_s, value, high, low, span in reader.rows(
            one, _FOUND.format(s="{s}", among=among(series), order=order, most=most), window.start_s, window.end_s
        ):
            metric, labels = series[number]
            trace = ids.trace_id(high, low)
            found[trace, time_s, labels.get("le", "")] = Exemplar(
                metric, labels, value, time_s, trace, ids.span_id(span)
            )
    return list(found.values())
