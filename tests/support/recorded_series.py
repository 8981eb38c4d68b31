"""Series that are written down, and what the evidence says of them: what Prometheus 2 says, to the letter.

Every series has a sample each `step_s` from time 0 on; None is a sample that is not there, and ends the series until
the next one. Windows are closed at both ends, as Prometheus 2 has it.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from observability.evidence.errors import Unavailable
from observability.evidence.matching import condition
from observability.evidence.model import Point, Range, Sample, Selector, Window

Key = tuple[str, tuple[tuple[str, str], ...]]


def series(metric: str, **labels: str) -> Key:
    """Return the name of one series."""
    return metric, tuple(sorted(labels.items()))


class RecordedSeries:
    """A `Source` whose clock is moved by hand."""

    def __init__(self, values: Mapping[Key, Sequence[float | None]], step_s: float = 2.0) -> None:
        self.values = values
        self.step_s = step_s
        self.time_s = 0.0
        self.questions = 0
        self.away = False
        self._found: dict[Selector, list[tuple[dict[str, str], Sequence[float | None]]]] = {}

    async def now(self) -> float:
        """Return the time that was set."""
        return self.time_s

    async def instant(self, wanted: Selector, at_s: float | None = None) -> list[Sample]:
        """Return what each series was at its latest step."""
        at = self.time_s if at_s is None else at_s
        return [
            Sample(labels, value, at)
            for labels, values in self._matching(wanted)
            if (value := self._at(values, at)) is not None
        ]

    async def range(self, wanted: Selector, window: Window, step_s: float) -> list[Range]:
        """Return what `instant` says at every step of a window."""
        found = []
        for labels, values in self._matching(wanted):
            points, at = [], window.start_s
            while at < window.end_s:
                if (value := self._at(values, at)) is not None:
                    points.append(Point(at, value))
                at += step_s
            if points:
                found.append(Range(labels, tuple(points)))
        return found

    async def increase(self, counter: Selector, window: Window, by: tuple[str, ...] | None = None) -> list[Sample]:
        """Return what `sum by (…) (increase(…))` says at the end of a window."""
        sums: dict[tuple[str, ...], float] = defaultdict(float)
        for labels, values in self._matching(counter):
            risen = self._risen(values, window)
            if risen is not None:
                sums[tuple(labels.get(label, "") for label in by or sorted(labels))] += risen
        return [Sample(dict(zip(by or (), key, strict=False)), value, window.end_s) for key, value in sums.items()]

    def _matching(self, wanted: Selector) -> Iterator[tuple[dict[str, str], Sequence[float | None]]]:
        if self.away:
            raise Unavailable("The store does not answer.")
        self.questions += 1
        if wanted not in self._found:
            fits = condition(wanted.matchers)
            self._found[wanted] = [
                (dict(labels), values)
                for (metric, labels), values in self.values.items()
                if metric == wanted.metric and fits(dict(labels))
            ]
        yield from self._found[wanted]

    def _at(self, values: Sequence[float | None], at_s: float) -> float | None:
        index = int(at_s // self.step_s)
        return values[index] if 0 <= index < len(values) else None

    def _risen(self, values: Sequence[float | None], window: Window) -> float | None:
        first_index, last_index = math.ceil(window.start_s / self.step_s), math.floor(window.end_s / self.step_s)
        inside = [
            (index * self.step_s, value)
            for index, value in enumerate(values[max(0, first_index) : last_index + 1], max(0, first_index))
            if value is not None
        ]
        if len(inside) < 2:
            return None
        (first_s, first), (last_s, last) = inside[0], inside[-1]
        risen = last - first + sum(before for (_, before), (_, after) in pairwise(inside) if after < before)
        sampled_s = last_s - first_s
        to_start, to_end = first_s - window.start_s, window.end_s - last_s
        between = sampled_s / (len(inside) - 1)
        if risen > 0:
            to_start = min(to_start, sampled_s * first / risen)
        length = sampled_s + sum(edge if edge < between * 1.1 else between / 2 for edge in (to_start, to_end))
        return risen * length / sampled_s
