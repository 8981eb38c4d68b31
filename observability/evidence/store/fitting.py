"""The spans of one slice that meet the conditions of a search.

An attribute is no column. Which segments may have it is told by their filters, and their spans are looked into, encoded
as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from observability.evidence.model import TraceQuery, Window
from observability.evidence.store.attributes import Ways, may_hold, ways
from observability.evidence.store.reading import Reader, among
from observability.evidence.store.slices import Slice
from observability.evidence.store.traces import NS

AT_ONCE = 4
"""Segments that are read together when spans have to be looked into."""
_ROWS_EACH = 32
"""Spans that are asked for per trace that is wanted."""
_LEAST_ROWS = 256
_LATEST_FIRST = "ORDER BY start DESC, hi DESC, lo DESC"
_SEGMENTS = "SELECT id, last, attributes FROM {s}.segments WHERE last >= ? AND first < ? ORDER BY last DESC"

Place = tuple[int, int, int]
"""Start of a span, and its trace."""


@dataclass(frozen=True)
class Search:
    """What is asked; from `start` on, up to `end`."""

    wanted: TraceQuery
    start: int
    end: int
    ways: tuple[Ways, ...]
    """Of each attribute."""

    @classmethod
    def of(cls, wanted: TraceQuery, window: Window) -> "Search":
        """Return the search for what somebody wants."""
        attributes = tuple(ways(name, value) for name, value in wanted.attributes.items())
        return cls(wanted, round(window.start_s * NS), round(window.end_s * NS), attributes)


class Fitting:
    """One search in one slice."""

    def __init__(self, reader: Reader, one: Slice, search: Search) -> None:
        self._reader, self._slice, self._search = reader, one, search
        self._sql, self._values = self._conditions()
        # A resource that has an attribute gives it to all its spans.
        resources = reader.rows(one, "SELECT id, resource FROM {s}.resources") if search.ways else []
        self._bearing = [
            {number for number, raw in resources if any(way in raw for way in each.in_resource)} for each in search.ways
        ]

    def places(self, limit: int, after: Place | None) -> Iterator[Place]:
        """Yield them, the latest first."""
        return self._inside(after) if self._search.ways else self._outside(limit, after)

    def of(self, highs: list[int]) -> list[Place]:
        """Return those of these traces, by the first halves of their ids."""
        these = f"AND hi IN {among(highs)}"
        return self._looked_into(these) if self._search.ways else self._ask("start, hi, lo", these)

    def _outside(self, limit: int, after: Place | None) -> Iterator[Place]:
        rows = max(_LEAST_ROWS, limit * _ROWS_EACH)
        while True:
            beyond, values = _beyond(after)
            found = self._ask("start, hi, lo", f"{beyond} {_LATEST_FIRST} LIMIT {rows}", *values)
            yield from found
            if len(found) < rows:
                return
            after = found[-1]

    def _inside(self, after: Place | None) -> Iterator[Place]:
        search = self._search
        until = search.end if after is None else min(search.end, after[0] + 1)
        likely = [
            (number, last)
            for number, last, bits in self._reader.rows(self._slice, _SEGMENTS, search.start, until)
            if self._may_fit(bits)
        ]
        beyond, values = _beyond(after)
        waiting: list[Place] = []
        for at in range(0, len(likely), AT_ONCE):
            segments = [number for number, _ in likely[at : at + AT_ONCE]]
            waiting += self._looked_into(f"{beyond} AND segment IN {among(segments)}", *values)
            waiting.sort(reverse=True)
            rest = likely[at + AT_ONCE][1] if at + AT_ONCE < len(likely) else -1
            while waiting and waiting[0][0] > rest:
                yield waiting.pop(0)

    def _may_fit(self, bits: bytes) -> bool:
        return all(
            bearing or any(may_hold(bits, way) for way in each.plain)
            for each, bearing in zip(self._search.ways, self._bearing, strict=True)
        )

    def _looked_into(self, more: str, *values: Any) -> list[Place]:
        return [
            (start, high, low)
            for start, high, low, resource, raw in self._ask("start, hi, lo, resource, raw", more, *values)
            if all(
                resource in bearing or any(way in raw for way in each.in_span)
                for each, bearing in zip(self._search.ways, self._bearing, strict=True)
            )
        ]

    def _ask(self, columns: str, more: str, *values: Any) -> list[tuple[Any, ...]]:
        sql = f"SELECT {columns} FROM {{s}}.spans WHERE {self._sql} {more}"
        return self._reader.rows(self._slice, sql, *self._values, *values)

    def _conditions(self) -> tuple[str, list[Any]]:
        wanted = self._search.wanted
        sql = ["start >= ?", "start < ?"]
        values: list[Any] = [self._search.start, self._search.end]
        if wanted.service is not None:
            of_service = "SELECT id FROM {s}.resources WHERE service = ?"
            resources = [row[0] for row in self._reader.rows(self._slice, of_service, wanted.service)]
            sql.append(f"resource IN {among(resources)}")
        for condition, value in (
            ("name = ?", wanted.name),
            ("error = ?", wanted.error),
            ("duration >= ?", _ns(wanted.min_duration_s)),
            ("duration <= ?", _ns(wanted.max_duration_s)),
        ):
            if value is not None:
                sql.append(condition)
                values.append(value)
        return " AND ".join(sql), values


def _beyond(after: Place | None) -> tuple[str, list[int]]:
    if after is None:
        return "", []
    start, high, low = after
    return "AND start <= ? AND (start < ? OR hi < ? OR (hi = ? AND lo < ?))", [start, start, high, high, low]


def _ns(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * NS)
