"""Series over time, kept as changes: what a series was at a look is what it last changed to.

When somebody looked is known per replica, so that leaving out what did not change loses nothing: `samples` are all
those that would have been stored one by one.
"""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from typing import NamedTuple

LOOKBACK_S = 300.0
"""A series that has not been looked at for so long has ended, as in Prometheus."""
ENDED = math.nan
"""What a series changes to when it is shown no more."""


class Looks:
    """When one replica was looked at, and whether it answered."""

    __slots__ = ("answered", "failures", "times")

    def __init__(self) -> None:
        self.times = array("d")
        self.answered = array("b")
        self.failures = 0

    def add(self, time_s: float, *, answered: bool) -> None:
        """Note a look."""
        self.answered.append(answered)
        self.times.append(time_s)
        self.failures += not answered

    def add_all(self, times: list[float], answered: list[bool]) -> None:
        """Note looks, in the order of time."""
        self.answered.extend(answered)
        self.times.extend(times)
        self.failures += answered.count(False)

    def forget(self, before_s: float) -> None:
        """Forget what was before."""
        if at := bisect_left(self.times, before_s):
            self.times, self.answered = self.times[at:], self.answered[at:]
            self.failures = len(self.answered) - sum(self.answered)


class Stretch(NamedTuple):
    """The samples of a series between two moments, as far as a counter's increase needs them."""

    looks: int
    """How many samples there are."""
    first_s: float
    first: float
    last_s: float
    last: float
    resets: float
    """What was lost to restarts of the counter."""


class Track:
    """One series."""

    __slots__ = ("_latest", "broken", "labels", "looks", "lost", "metric", "number", "times", "values")

    def __init__(self, number: int, metric: str, labels: Mapping[str, str], looks: Looks) -> None:
        self.number, self.metric, self.labels, self.looks = number, metric, labels, looks
        self.times, self.values, self.lost = array("d"), array("d"), array("d")
        """When it changed, to what, and what restarts of its counter had taken by then."""
        self._latest = 0.0
        self.broken = False
        """Whether it ended and may have begun again."""

    def change(self, time_s: float, value: float) -> None:
        """Note a new value; ENDED when there is none any more."""
        lost = self.lost[-1] if self.lost else 0.0
        if value < self._latest:
            lost += self._latest
        self.keep(time_s, value, lost)

    def keep(self, time_s: float, value: float, lost: float) -> None:
        """Note a new value, and what restarts have taken."""
        if value == value:
            self._latest = value
        else:
            self.broken = True
        self.lost.append(lost)
        self.values.append(value)
        self.times.append(time_s)

    def go_on(self, other: "Track", at: int) -> None:
        """Take over the changes of another from one of them on, of which this one has the one before."""
        before = self.lost[-1] - other.lost[at - 1]
        self.lost.extend(other.lost[at:] if before == 0 else array("d", [before + lost for lost in other.lost[at:]]))
        self.values.extend(other.values[at:])
        self.times.extend(other.times[at:])
        self.broken = self.broken or other.broken

    def forget(self, before_s: float) -> None:
        """Forget the changes before, but for the one that tells what it was then."""
        at = bisect_right(self.times, before_s) - 1
        if at > 0:
            self.times, self.values, self.lost = self.times[at:], self.values[at:], self.lost[at:]
            self.broken = any(map(math.isnan, self.values))

    def over(self, before_s: float) -> bool:
        """Whether it had ended by then, or its replica had."""
        if not self.values or not self.looks.times or self.looks.times[-1] < before_s:
            return True
        return math.isnan(self.values[-1]) and self.times[-1] < before_s

    def at(self, time_s: float) -> float | None:
        """Return its value at that time."""
        looks = self.looks
        seen = bisect_right(looks.times, time_s) - 1
        if seen < 0 or not looks.answered[seen] or time_s - looks.times[seen] >= LOOKBACK_S:
            return None
        at = bisect_right(self.times, looks.times[seen]) - 1
        if at < 0 or (value := self.values[at]) != value:
            return None
        return value

    def between(self, start_s: float, end_s: float) -> Stretch | None:
        """Sum up its samples from `start_s` to `end_s`, both included; None when there is none."""
        if self.broken or self.looks.failures:
            return self._summed(list(self.samples(start_s, end_s)))
        times, looked = self.times, self.looks.times
        if not times:
            return None
        low = bisect_left(looked, max(start_s, times[0]))
        high = bisect_right(looked, end_s)
        if low >= high:
            return None
        first, last = bisect_right(times, looked[low]) - 1, bisect_right(times, end_s) - 1
        resets = self.lost[last] - self.lost[first]
        return Stretch(high - low, looked[low], self.values[first], looked[high - 1], self.values[last], resets)

    def samples(self, start_s: float, end_s: float) -> Iterator[tuple[float, float]]:
        """Yield every sample from `start_s` to `end_s`, both included."""
        looks = self.looks
        at = bisect_right(self.times, start_s) - 1
        changes = len(self.times)
        for seen in range(bisect_left(looks.times, start_s), bisect_right(looks.times, end_s)):
            time_s = looks.times[seen]
            while at + 1 < changes and self.times[at + 1] <= time_s:
                at += 1
            if looks.answered[seen] and at >= 0 and not math.isnan(self.values[at]):
                yield time_s, self.values[at]

    def _summed(self, samples: list[tuple[float, float]]) -> Stretch | None:
        if not samples:
            return None
        (first_s, first), (last_s, last) = samples[0], samples[-1]
        resets = self.lost[bisect_right(self.times, last_s) - 1] - self.lost[bisect_right(self.times, first_s) - 1]
        return Stretch(len(samples), first_s, first, last_s, last, resets)
