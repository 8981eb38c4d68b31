"""Searching for traces: the latest first, slice by slice, until there are enough."""

from bisect import insort
from collections.abc import Iterator
from itertools import islice
from operator import itemgetter

from observability.evidence.errors import BadQuery
from observability.evidence.model import Page, TraceQuery, TraceSummary, Window
from observability.evidence.store.fitting import Fitting, Place, Search
from observability.evidence.store.reading import Reader
from observability.evidence.store.slices import Slice
from observability.evidence.store.traces import NS, TraceKey, summaries

LONGEST_PAGE = 1000


def find(reader: Reader, wanted: TraceQuery, window: Window, limit: int, cursor: str | None) -> Page[TraceSummary]:
    """Return traces, those whose latest span that fits began last first. Raises BadQuery."""
    limit = max(1, min(limit, LONGEST_PAGE))
    search = Search.of(wanted, window)
    after = _place(cursor)
    found: dict[TraceKey, Place] = {}
    places = _places(reader, search, limit, after)
    while len(found) <= limit and (some := _distinct(places, limit + 1 - len(found), found)):
        shown = _shown(reader, search, list(some), after) if after is not None else set()
        found |= {key: place for key, place in some.items() if key not in shown}
    keys = list(found)[:limit]
    known = summaries(reader, {key: found[key][0] for key in keys})
    more = _written(found[keys[-1]]) if len(found) > limit else None
    return Page(tuple(known[key] for key in keys if key in known), more)


def _places(reader: Reader, search: Search, limit: int, after: Place | None) -> Iterator[Place]:
    """Yield the spans that fit, the latest first. A slice is asked when nothing later can be in any other."""
    closed = sorted(_latest(reader, search), key=lambda slice_: slice_[0])
    open_: list[tuple[Place, Iterator[Place]]] = []
    while closed or open_:
        while closed and (not open_ or closed[-1][0] >= open_[-1][0][0]):
            _go_on(open_, Fitting(reader, closed.pop()[1], search).places(limit, after))
        if open_:
            place, places = open_.pop()
            yield place
            _go_on(open_, places)


def _latest(reader: Reader, search: Search) -> Iterator[tuple[int, Slice]]:
    """Yield the slices that may have something, with the start of their latest span."""
    sql = "SELECT max(last) FROM {s}.segments WHERE last >= ? AND first < ?"
    for one in reader.slices(search.start / NS):
        ((latest,),) = reader.rows(one, sql, search.start, search.end)
        if latest is not None:
            yield min(latest, search.end), one


def _go_on(open_: list[tuple[Place, Iterator[Place]]], places: Iterator[Place]) -> None:
    """Put back what has more to give, where its next place belongs: the latest is the last of the list."""
    following = next(places, None)
    if following is not None:
        insort(open_, (following, places), key=itemgetter(0))


def _distinct(places: Iterator[Place], count: int, known: dict[TraceKey, Place]) -> dict[TraceKey, Place]:
    """Return the next so many traces, each with the latest of its places."""
    fresh: dict[TraceKey, Place] = {}

    def new() -> Iterator[None]:
        for place in places:
            if (key := place[1:]) not in known and key not in fresh:
                fresh[key] = place
                yield

    for _ in islice(new(), count):
        pass
    return fresh


def _shown(reader: Reader, search: Search, keys: list[TraceKey], after: Place) -> set[TraceKey]:
    """Return those that have a span that fits before this place: they stood on an earlier page."""
    later = Search(search.wanted, max(search.start, after[0]), search.end, search.ways)
    highs = sorted({high for high, _ in keys})
    found: set[TraceKey] = set()
    for one in reader.slices(after[0] / NS):
        found |= {place[1:] for place in Fitting(reader, one, later).of(highs) if place >= after}
    return found.intersection(keys)


def _written(place: Place) -> str:
    return "-".join(f"{number:x}" for number in place)


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    try:
        start, high, low = (int(part, 16) for part in cursor.split("-"))
    except ValueError:
        raise BadQuery(f"{cursor!r} is no cursor of ours.") from None
    return start, high, low
