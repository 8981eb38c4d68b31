"""Questions about logs."""

import re
from typing import Any

import orjson

from observability.evidence.errors import BadQuery
from observability.evidence.loglines import LEVELS
from observability.evidence.model import LogQuery, LogRecord, Page, Window
from observability.evidence.store import ids
from observability.evidence.store.reading import Reader
from observability.evidence.store.records import OWN

NS = 1_000_000_000
LONGEST_PAGE = 10_000
_LETTERS = re.compile(r"[^\W\d_]+|[^\x00-\x7f]+")
_ORDER = "ORDER BY time DESC, rowid DESC"


def find(reader: Reader, wanted: LogQuery, window: Window, limit: int, cursor: str | None) -> Page[LogRecord]:
    """Return records, the latest first. Raises BadQuery."""
    limit = max(1, min(limit, LONGEST_PAGE))
    sql, values = _conditions(wanted, window)
    before, skipped = _place(cursor)
    if before is not None:
        sql += " AND time <= ?"
        values.append(before)
    rows = _latest(reader, sql, values, window, limit + skipped + 1)[skipped:]
    shown = rows[:limit]
    more = None
    if len(rows) > limit:
        last = shown[-1][0]
        repeated = sum(row[0] == last for row in shown) + (skipped if last == before else 0)
        more = f"{last:x}-{repeated:x}"
    return Page(tuple(map(_record, shown)), more)


def _latest(reader: Reader, sql: str, values: list[Any], window: Window, most: int) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for one in reader.slices(window.start_s):
        query = f"SELECT time, service, instance, level, event, hi, lo, span, line FROM {{s}}.logs WHERE {sql}"
        found += reader.rows(one, f"{query} {_ORDER} LIMIT {most}", *values)
        found.sort(key=lambda row: -row[0])
        if len(found) >= most and found[most - 1][0] >= one.began_s * NS:
            break
    return found[:most]


def _conditions(wanted: LogQuery, window: Window) -> tuple[str, list[Any]]:
    sql = ["time >= ?", "time < ?"]
    values: list[Any] = [round(window.start_s * NS), round(window.end_s * NS)]
    if wanted.service is not None:
        sql.append("(service = ? OR instance = ?)")
        values += [wanted.service, wanted.service]
    if wanted.level is not None:
        if wanted.level not in LEVELS:
            raise BadQuery(f"There is no level {wanted.level!r}: {', '.join(LEVELS)}.")
        sql.append("level >= ?")
        values.append(LEVELS.index(wanted.level))
    if wanted.event is not None:
        sql.append("event = ?")
        values.append(wanted.event)
    if wanted.trace_id is not None:
        (first, first_low), (last, last_low) = ids.beginning_with(wanted.trace_id)
        sql.append("hi BETWEEN ? AND ? AND (hi > ? OR lo >= ?) AND (hi < ? OR lo <= ?)")
        values += [first, last, first, first_low, last, last_low]
    if wanted.text is not None:
        # To lower every line takes as long as to unpack it: what has no letters is looked for in the line as it is.
        sql.append("contains(line, ?) AND contains(lower(line), ?)")
        values += [max(_LETTERS.split(wanted.text), key=len), wanted.text.lower()]
    return " AND ".join(sql), values


def _record(row: tuple[Any, ...]) -> LogRecord:
    time, service, instance, level, event, high, low, span, line = row
    fields = {name: value for name, value in orjson.loads(line).items() if name not in OWN}
    return LogRecord(
        time / NS, service, instance, LEVELS[level], event, ids.trace_id(high, low), ids.span_id(span), fields
    )


def _place(cursor: str | None) -> tuple[int | None, int]:
    if cursor is None:
        return None, 0
    try:
        time, skipped = (int(part, 16) for part in cursor.split("-"))
    except ValueError:
        raise BadQuery(f"{cursor!r} is no cursor of ours.") from None
    return time, skipped
