"""Series as they were before what is kept in memory."""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import NamedTuple

from observability.evidence.model import Selector
from observability.evidence.store.head import ANSWERED, GONE, KEYFRAME_S, UP
from observability.evidence.store.reading import Reader, Rows, among
from observability.evidence.store.selecting import condition, key
from observability.evidence.store.slices import Slice
from observability.evidence.store.tracks import Looks, Track

MARGIN_S = KEYFRAME_S * 1.5
"""Within so much time every series was written down, changed or not."""
NOT_AGAIN_S = 0.0001
"""Looks are told in milliseconds."""
_SERIES = "SELECT id, labels, target FROM {s}.series WHERE metric = ?"
_LOOKS = """
SELECT target, list(time ORDER BY time), list(up ORDER BY time) FROM {s}.scrapes
WHERE time >= ? AND time < ? GROUP BY target"""
_SAMPLES = "SELECT series, time, value, lost FROM {s}.samples WHERE time >= ? AND time < ?"

_FIRST_AND_LAST = """
SELECT series, min(time), arg_min(value, time), arg_min(lost, time),
  max(time), arg_max(value, time), arg_max(lost, time)
FROM {s}.samples WHERE time >= ? AND time <= ?"""


class Stretch(NamedTuple):
    """What is asked about."""

    start_s: float
    end_s: float
    whole: bool
    """Whether everything in between counts; for how far a counter rose, what is near the ends is enough."""

    @property
    def gap(self) -> tuple[float, float] | None:
        """From when to when nothing is needed but the ends of series."""
        left = (self.start_s + MARGIN_S, self.end_s - MARGIN_S)
        return None if self.whole or left[0] >= left[1] else left


def tracks(reader: Reader, wanted: Selector, asked: Stretch, before_s: float, recent: Iterable[Track]) -> list[Track]:
    """Return the series as far as they are needed: what is stored of them `before_s`, then what is in memory."""
    fits = condition(wanted.matchers)
    found = _Found(up=wanted.metric == UP)
    for one in reversed(reader.slices(asked.start_s - MARGIN_S)):
        for number, labels, target in reader.rows(one, _SERIES, wanted.metric):
            if number not in found.by_number and fits(meant := json.loads(labels)):
                found.series(number, wanted.metric, meant, target)
        if found.by_number:
            _fill(reader, one, found, asked, min(before_s, asked.end_s + MARGIN_S))
    for track in recent:
        found.goes_on(track, before_s)
    return found.tracks()


def _fill(reader: Reader, one: Slice, found: "_Found", asked: Stretch, before_s: float) -> None:
    start_s = asked.start_s - MARGIN_S
    for target, times, how in reader.rows(one, _LOOKS, start_s, before_s):
        found.looked(target, times, how)
    these = f" AND series IN {among(found.by_number)}"
    samples = None if asked.gap is None else _near_the_ends(reader, one, these, asked.gap, start_s, before_s)
    if samples is None:
        samples = reader.rows(one, _SAMPLES + these, start_s, before_s)
    found.sampled(samples)


def _near_the_ends(
    reader: Reader, one: Slice, these: str, gap: tuple[float, float], start_s: float, before_s: float
) -> Rows | None:
    """Return the samples outside of the gap, and the first and the last in it; None when a series ended in it."""
    outer = reader.rows(one, f"{_SAMPLES} AND (time < ? OR time > ? OR isnan(value)){these}", start_s, before_s, *gap)
    if any(value != value and gap[0] <= time_s <= gap[1] for _, time_s, value, _ in outer):
        return None
    inner = reader.rows(one, _FIRST_AND_LAST + these + " GROUP BY series", *gap)
    return [*outer, *{(row[0], *row[at : at + 3]) for row in inner for at in (1, 4)}]


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

    def looked(self, target: str, times: list[float], how: list[int]) -> None:
        """Take in when a replica was looked at, in the order of time, after all that has been taken in of it."""
        if (looks := self.looks.get(target)) is not None:
            answered = [one != GONE if self._up else one == ANSWERED for one in how]
            looks.add_all(times, answered)

    def sampled(self, rows: Rows) -> None:
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
        for time_s, value, lost in zip(recent.times, recent.values, recent.lost, strict=False):
            if not track.times or time_s > track.times[-1]:
                self._change(track, recent.number, time_s, value, lost)

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
