"""Series as they were before what is kept in memory."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from observability.evidence.matching import condition
from observability.evidence.model import Selector
from observability.evidence.store.head import KEYFRAME_S, UP
from observability.evidence.store.reading import Reader, Rows, among
from observability.evidence.store.selecting import key
from observability.evidence.store.slices import Slice
from observability.evidence.store.tracks import Looks, Track

MARGIN_S = KEYFRAME_S * 1.5
"""Within so much time every series was written down, changed or not."""
NOT_AGAIN_S = 0.0001
"""Looks are told in milliseconds."""
_SERIES = "SELECT id, labels, target FROM {s}.series WHERE metric = ?"
_LOOKS = """
SELECT target, list(time), list(time) FILTER (up = 0), list(time) FILTER (up < 0) FROM {s}.scrapes
WHERE time >= ? AND time < ? GROUP BY target"""
_SAMPLES = "SELECT series, time, value, lost FROM {s}.samples WHERE time >= ? AND time < ?"

_FIRST_AND_LAST = """
SELECT series, min(time), arg_min(value, time), arg_min(lost, time),
  max(time), arg_max(value, time), arg_max(lost, time)
FROM {s}.samples WHERE time >= ? AND time < ? AND series IN """
_ENDED = "SELECT 1 FROM {s}.samples WHERE time >= ? AND time < ? AND isnan(value) AND series IN "


class Stretch(NamedTuple):
    """What is asked about."""

    start_s: float
    end_s: float
    whole: bool
    """Whether everything in between counts; for how far a counter rose, what is near the ends is enough."""


def tracks(reader: Reader, wanted: Selector, asked: Stretch, before_s: float, recent: Iterable[Track]) -> list[Track]:
    """Return the series as far as they are needed: what is stored of them `before_s`, then what is in memory."""
    fits = condition(wanted.matchers)
    found = _Found(up=wanted.metric == UP)
    for one in reversed(reader.slices(asked.start_s - MARGIN_S)):
        for number, labels, target in reader.rows(one, _SERIES, wanted.metric):
            if number not in found.by_number and fits(meant := json.loads(labels)):
                found.series(number, wanted.metric, meant, target)
        if found.by_number:
            _fill(reader, one, found, asked, min(before_s, asked.end_s + NOT_AGAIN_S))
    for track in recent:
        found.goes_on(track, before_s)
    return found.tracks()


def _fill(reader: Reader, one: Slice, found: "_Found", asked: Stretch, before_s: float) -> None:
    start_s = asked.start_s - MARGIN_S
    for target, times, failed, gone in reader.rows(one, _LOOKS, start_s, before_s):
        found.looked(target, times, failed or [], gone or [])
    samples = None
    if not asked.whole and before_s - asked.start_s > 3 * MARGIN_S:
        samples = _near_the_ends(reader, one, list(found.by_number), asked.start_s, before_s)
    if samples is None:
        samples = reader.rows(one, f"{_SAMPLES} AND series IN {among(found.by_number)}", start_s, before_s)
    found.sampled(samples)


def _near_the_ends(
    reader: Reader, one: Slice, numbers: list[int], start_s: float, before_s: float
) -> Iterable[tuple[Any, ...]] | None:
    """Return, of each series, what it was before the start, its first sample and its last; None when one ended."""
    early_s, late_s = start_s + MARGIN_S, before_s - MARGIN_S
    if reader.rows(one, f"{_ENDED}{among(numbers)} LIMIT 1", start_s - MARGIN_S, before_s):
        return None

    def ends(of: Iterable[int], from_s: float, to_s: float) -> Rows:
        return reader.rows(one, f"{_FIRST_AND_LAST}{among(of)} GROUP BY series", from_s, to_s)

    before, early, late = (
        ends(numbers, *times) for times in ((start_s - MARGIN_S, start_s), (start_s, early_s), (late_s, before_s))
    )
    # Whatever was there all the time was written down near both ends.
    all_the_time = {row[0] for row in (*before, *early)} & {row[0] for row in late}
    between = ends(rest, early_s, late_s) if (rest := [one for one in numbers if one not in all_the_time]) else []
    return {(row[0], *row[at : at + 3]) for row in (*before, *early, *between, *late) for at in (1, 4)}


class _Found:
    """Series being put together again."""

    def __init__(self, *, up: bool) -> None:
        self._up = up
        self.by_number: dict[int, Track] = {}
        self.looks: dict[str, Looks] = {}
        self._by_labels: dict[object, Track] = {}
        self._later: list[Callable[[], None]] = []
        self._told: dict[int, float] = {}
        """What restarts had taken by the last sample of each number."""

    def series(self, number: int, metric: str, labels: dict[str, str], target: str) -> None:
        """Take in a series; of one that has had several numbers, one of them."""
        looks = self.looks.setdefault(target, Looks())
        self.by_number[number] = self._by_labels.setdefault(key(labels), Track(number, metric, labels, looks))

    def looked(self, target: str, times: list[float], failed: list[float], gone: list[float]) -> None:
        """Take in when a replica was looked at, and when in vain; after all that has been taken in of it."""
        if (looks := self.looks.get(target)) is not None:
            times.sort()
            answered = [True] * len(times)
            for time_s in gone if self._up else [*failed, *gone]:
                answered[bisect_left(times, time_s)] = False
            looks.add_all(times, answered)

    def sampled(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take in samples: number, time, value, and what restarts have taken; after all that has been taken in."""
        for number, time_s, value, lost in sorted(rows):
            self._change(self.by_number[number], number, time_s, value, lost)

    def goes_on(self, recent: Track, from_s: float) -> None:
        """Have a series of the memory follow on what was stored of it."""
        looks = self.looks.setdefault(recent.labels["instance"], Looks())
        track = self._by_labels.setdefault(
            key(recent.labels), Track(recent.number, recent.metric, recent.labels, looks)
        )
        self._later.append(lambda: self._follow(track, recent, from_s))

    def tracks(self) -> list[Track]:
        """Return the series, each once."""
        for follow in self._later:
            follow()
        return list(self._by_labels.values())

    def _follow(self, track: Track, recent: Track, from_s: float) -> None:
        looks = track.looks
        at = bisect_left(recent.looks.times, max(from_s, looks.times[-1] + NOT_AGAIN_S if looks.times else from_s))
        looks.add_all(list(recent.looks.times[at:]), [bool(one) for one in recent.looks.answered[at:]])
        at = bisect_right(recent.times, track.times[-1]) if track.times else 0
        if at < len(recent.times):
            self._change(track, recent.number, recent.times[at], recent.values[at], recent.lost[at])
            track.go_on(recent, at + 1)

    def _change(self, track: Track, number: int, time_s: float, value: float, lost: float) -> None:
        """Add a sample; what restarts took is told for each number apart, so that the difference counts."""
        before = self._told.get(number)
        self._told[number] = lost
        values = track.values
        if before is None or not values:
            if not values or values[-1] != value:
                track.change(time_s, value)
            return
        if values[-1] == value or (value != value and values[-1] != values[-1]):
            return
        track.keep(time_s, value, track.lost[-1] + lost - before)
