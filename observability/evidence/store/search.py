"""Searching for traces: the latest first, slice by slice, until there are enough."""

from collections.abc import Iterator
from itertools import islice

from observability.evidence.errors import BadQuery
from observability.evidence.model import Page, TraceQuery, TraceSummary, Window
from observability.evidence.store.fitting import Fitting, Place, Search
from observability.evidence.store.reading import Reader
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
    known = summaries(reader, keys)
    more = _written(found[keys[-1]]) if len(found) > limit else None
    return Page(tuple(known[key] for key in keys if key in known), more)


def _places(reader: Reader, search: Search, limit: int, after: Place | None) -> Iterator[Place]:
    """Yield the spans that fit, the latest first."""
    waiting: list[Place] = []
    for one in reader.slices(search.start / NS):
        began = round(one.began_s * NS)
        for place in Fitting(reader, one, search).places(limit, after):
            while waiting and waiting[0] > place:
                yield waiting.pop(0)
            if place[0] < began:  # there may be something later in an older slice
                waiting.append(place)
            else:
                yield place
        waiting.sort(reverse=True)
    yield from waiting


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
