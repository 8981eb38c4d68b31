"""Series in lists, and Prometheus' arithmetic on them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import inf

from observability.evidence.errors import BadQuery
from observability.evidence.model import Labels, Matcher, Point, Sample, Selector

LOOKBACK_S = 300.0
Key = tuple[tuple[str, str], ...]


class Series:
    """Every metric's series; a point whose value is None says that the replica no longer shows the series."""

    def __init__(self) -> None:
        self._points: dict[str, dict[Key, list[tuple[float, float | None]]]] = defaultdict(dict)

    def add(self, metric: str, labels: Labels, points: Iterable[tuple[float, float | None]]) -> None:
        """Append points, `(time_s, value)`, oldest first."""
        self._points[metric].setdefault(tuple(sorted(labels.items())), []).extend(points)

    def names(self) -> list[str]:
        """All metrics, by name."""
        return sorted(self._points)

    def wanted(self, selector: Selector) -> list[tuple[Labels, list[tuple[float, float | None]]]]:
        """Return the series that fit, by their labels."""
        tests = [(one.label, _Fits(one)) for one in selector.matchers]
        return [
            (dict(key), points)
            for key, points in sorted(self._points.get(selector.metric, {}).items())
            if all(fits(dict(key).get(label, "")) for label, fits in tests)
        ]

    def instant(self, selector: Selector, at_s: float) -> list[Sample]:
        """Return the latest value of each series."""
        found = []
        for labels, points in self.wanted(selector):
            past = [point for point in points if at_s - LOOKBACK_S < point[0] <= at_s]
            if past and (value := past[-1][1]) is not None:
                found.append(Sample(labels, value, past[-1][0]))
        return found

    def increases(self, selector: Selector, start_s: float, end_s: float) -> list[Sample]:
        """Return Prometheus' `increase` of each series."""
        found = []
        for labels, points in self.wanted(selector):
            inside = [Point(at, value) for at, value in points if start_s <= at < end_s and value is not None]
            if (risen := increase(inside, start_s, end_s)) is not None:
                found.append(Sample(labels, risen, end_s))
        return found


class _Fits:
    def __init__(self, one: Matcher) -> None:
        self._one = one
        try:
            self._pattern = re.compile(one.value if "~" in one.operator else re.escape(one.value), re.DOTALL)
        except re.error as error:
            raise BadQuery(f"{one.value!r} is no regular expression: {error}.") from None

    def __call__(self, value: str) -> bool:
        return (self._pattern.fullmatch(value) is not None) != self._one.operator.startswith("!")


def increase(points: Sequence[Point], start_s: float, end_s: float) -> float | None:
    """Return by how much a counter rose, extrapolated to the window as Prometheus does it."""
    if len(points) < 2:
        return None
    first, last = points[0], points[-1]
    risen = last.value - first.value
    risen += sum(one.value for one, after in pairwise(points) if after.value < one.value)
    sampled = last.time_s - first.time_s
    apart = sampled / (len(points) - 1)
    before, behind = first.time_s - start_s, end_s - last.time_s
    if before >= apart * 1.1:
        before = apart / 2
    if risen > 0 and first.value >= 0:
        before = min(before, sampled * first.value / risen)
    if behind >= apart * 1.1:
        behind = apart / 2
    return risen * (sampled + before + behind) / sampled


def grouped(samples: Iterable[Sample], by: tuple[str, ...] | None) -> list[Sample]:
    """Return the sums of the samples that agree in `by`; None: the samples themselves."""
    if by is None:
        return list(samples)
    sums: dict[Key, float] = defaultdict(float)
    time_s = 0.0
    for one in samples:
        sums[_group(one.labels, by)] += one.value
        time_s = one.time_s
    return [Sample(dict(key), value, time_s) for key, value in sorted(sums.items())]


def quantiles(buckets: Iterable[Sample], quantile: float, by: tuple[str, ...]) -> list[Sample]:
    """Return Prometheus' `histogram_quantile` of each group."""
    groups: dict[Key, dict[float, float]] = defaultdict(lambda: defaultdict(float))
    time_s = 0.0
    for one in buckets:
        groups[_group(one.labels, by)][float(one.labels["le"])] += one.value
        time_s = one.time_s
    return [
        Sample(dict(key), _quantile(sorted(counts.items()), quantile), time_s)
        for key, counts in sorted(groups.items())
        if counts.get(inf)
    ]


def _group(labels: Mapping[str, str], by: tuple[str, ...]) -> Key:
    return tuple(sorted((name, labels[name]) for name in by if labels.get(name)))


def _quantile(cumulative: Sequence[tuple[float, float]], quantile: float) -> float:
    rank, lower, below = quantile * cumulative[-1][1], 0.0, 0.0
    for bound, count in cumulative:
        if count >= rank and count > below:
            return lower if bound == inf else lower + (bound - lower) * (rank - below) / (count - below)
        lower, below = bound, max(below, count)
    return lower
