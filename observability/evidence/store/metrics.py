"""Questions about metrics."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from observability.evidence.errors import BadQuery
from observability.evidence.model import Labels, Point, Range, Sample, Selector, Window
from observability.evidence.store import former
from observability.evidence.store.extrapolation import increase, quantile
from observability.evidence.store.head import Head
from observability.evidence.store.reading import Reader, Reading
from observability.evidence.store.selecting import Recent
from observability.evidence.store.tracks import LOOKBACK_S, Track

Answer = TypeVar("Answer")
By = tuple[str, ...] | None
MOST_POINTS = 11_000
"""Of one series, as in Prometheus."""


class Metrics:
    """Answers from memory where that reaches back far enough, and from the slices otherwise."""

    def __init__(self, head: Head, reading: Reading) -> None:
        self._head, self._reading = head, reading
        self._recent = Recent(head)

    async def names(self) -> list[str]:
        """Return the names of all metrics."""

        def stored(reader: Reader) -> set[str]:
            sql = "SELECT DISTINCT metric FROM {s}.series"
            return {str(row[0]) for one in reader.slices() for row in reader.rows(one, sql)}

        return sorted({*self._head.metrics(), *await self._reading.do(stored)})

    async def instant(self, wanted: Selector, at_s: float) -> list[Sample]:
        """Return the latest value of every series."""

        def answer(tracks: list[Track]) -> list[Sample]:
            found = ((track.labels, track.at(at_s)) for track in tracks)
            return [Sample(labels, value, at_s) for labels, value in found if value is not None]

        asked = former.Stretch(at_s - LOOKBACK_S, at_s, whole=True)
        return await self._ask(wanted, asked, answer, in_memory=self._knows_all_at(at_s))

    async def range(self, wanted: Selector, window: Window, step_s: float) -> list[Range]:
        """Return the latest value of every series, step by step."""
        steps = list(_steps(window, step_s))

        def answer(tracks: list[Track]) -> list[Range]:
            found = [(track.labels, _points(track.at, steps)) for track in tracks]
            return [Range(labels, points) for labels, points in found if points]

        asked = former.Stretch(window.start_s - LOOKBACK_S, window.end_s, whole=True)
        return await self._ask(wanted, asked, answer, in_memory=self._knows_all_at(window.start_s), aside=True)

    async def increase(self, counter: Selector, window: Window, by: By) -> list[Sample]:
        """Return by how much counters rose."""
        _ensure_long(window.length_s)

        def answer(tracks: list[Track]) -> list[Sample]:
            return [Sample(labels, value, window.end_s) for labels, value in _risen(tracks, window, by)]

        asked = former.Stretch(window.start_s, window.end_s, whole=False)
        return await self._ask(counter, asked, answer, in_memory=window.start_s >= self._head.began_s)

    async def rates(self, counter: Selector, window: Window, step_s: float, over_s: float, by: By) -> list[Range]:
        """Return the rate of counters, step by step."""
        steps = list(_steps(window, step_s))
        _ensure_long(over_s)

        def answer(tracks: list[Track]) -> list[Range]:
            found: dict[object, tuple[Labels, list[Point]]] = {}
            for step in steps:
                for labels, value in _risen(tracks, Window(step - over_s, step), by):
                    found.setdefault(_key(labels), (labels, []))[1].append(Point(step, value / over_s))
            return [Range(labels, tuple(points)) for labels, points in found.values()]

        asked = former.Stretch(window.start_s - over_s, window.end_s, whole=True)
        return await self._ask(counter, asked, answer, in_memory=asked.start_s >= self._head.began_s, aside=True)

    async def quantile(self, histogram: Selector, wanted: float, window: Window, by: tuple[str, ...]) -> list[Sample]:
        """Return a quantile per group."""
        if not 0 <= wanted <= 1:
            raise BadQuery(f"A quantile lies between 0 and 1, not at {wanted:g}.")
        buckets = Selector(f"{histogram.metric}_bucket", histogram.matchers)
        groups: dict[object, tuple[Labels, list[tuple[float, float]]]] = {}
        for sample in await self.increase(buckets, window, ("le", *by)):
            if "le" in sample.labels:
                labels = {name: value for name, value in sample.labels.items() if name != "le"}
                bucket = (float(sample.labels["le"]), sample.value / window.length_s)
                groups.setdefault(_key(labels), (labels, []))[1].append(bucket)
        found = ((labels, quantile(wanted, counts)) for labels, counts in groups.values())
        return [Sample(labels, value, window.end_s) for labels, value in found if value is not None]

    def _knows_all_at(self, at_s: float) -> bool:
        return at_s >= max(self._head.began_s, self._head.settled_s)

    async def _ask(
        self,
        wanted: Selector,
        asked: former.Stretch,
        answer: Callable[[list[Track]], Answer],
        *,
        in_memory: bool,
        aside: bool = False,
    ) -> Answer:
        """Have the series answer; what takes long is done aside, where slices are read as well."""
        recent, began_s = self._recent(wanted), self._head.began_s
        if in_memory:
            return await self._reading.do(lambda _: answer(recent)) if aside else answer(recent)
        return await self._reading.do(lambda reader: answer(former.tracks(reader, wanted, asked, began_s, recent)))


def _points(at: Callable[[float], float | None], steps: list[float]) -> tuple[Point, ...]:
    return tuple(Point(step, value) for step in steps if (value := at(step)) is not None)


def _risen(tracks: list[Track], window: Window, by: By) -> Iterator[tuple[Labels, float]]:
    start_s, end_s = window.start_s, window.end_s
    if by is None:
        for track in tracks:
            if (value := increase(track.between(start_s, end_s), start_s, end_s)) is not None:
                yield track.labels, value
        return
    sums: dict[tuple[str, ...], float] = {}
    for track in tracks:
        if (value := increase(track.between(start_s, end_s), start_s, end_s)) is not None:
            group = tuple([track.labels.get(name, "") for name in by])
            sums[group] = sums.get(group, 0.0) + value
    for group, value in sums.items():
        yield {name: label for name, label in zip(by, group, strict=True) if label}, value


def _steps(window: Window, step_s: float) -> Iterator[float]:
    _ensure_long(window.length_s)
    if step_s <= 0 or window.length_s / step_s > MOST_POINTS:
        raise BadQuery(f"Steps of {step_s:g} s in {window.length_s:g} s: at most {MOST_POINTS} are possible.")
    at, number = window.start_s, 0
    while at < window.end_s:
        yield at
        number += 1
        at = window.start_s + number * step_s


def _ensure_long(length_s: float) -> None:
    if not length_s > 0:
        raise BadQuery(f"A window ends after it begins; this one is {length_s:g} s long.")


def _key(labels: Labels) -> frozenset[tuple[str, str]]:
    return frozenset(labels.items())
