"""Series as they were before what is kept in memory."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from observability.evidence.model import Selector
from observability.evidence.store.head import ANSWERED, GONE, KEYFRAME_S, UP
from observability.evidence.store.reading import Reader
from observability.evidence.store.selecting import condition, key
from observability.evidence.store.tracks import Looks, Track

MARGIN_S = KEYFRAME_S * 1.5
_SERIES = "SELECT id, labels, target FROM {s}.series WHERE metric = ?"
_SAMPLES = "SELECT series, time, value FROM {s}.samples WHERE time >= ? AND time < ? AND list_contains(?, series)"
_LOOKS = "SELECT target, time, up FROM {s}.scrapes WHERE time >= ? AND time < ? AND list_contains(?, target)"


def tracks(reader: Reader, wanted: Selector, start_s: float, before_s: float, recent: Iterable[Track]) -> list[Track]:
    """Return the series from `start_s` on: what is stored of them `before_s`, and after that what is in memory."""
    fits = condition(wanted.matchers)
    found = _Found(up=wanted.metric == UP)
    for one in reversed(reader.slices(start_s - MARGIN_S)):
        for number, labels, target in reader.rows(one, _SERIES, wanted.metric):
            if number not in found.by_number and fits(meant := json.loads(labels)):
                found.series(number, wanted.metric, meant, target)
        if found.by_number:
            _fill(reader, one, found, start_s - MARGIN_S, before_s)
    for track in recent:
        found.goes_on(track, before_s)
    return found.tracks()


def _fill(reader: Reader, one: Any, found: "_Found", start_s: float, before_s: float) -> None:
    numbers, targets = list(found.by_number), list(found.looks)
    for target, time_s, up in reader.rows(one, _LOOKS, start_s, before_s, targets):
        found.rows.append((time_s, 1, target, up))
    for number, time_s, value in reader.rows(one, _SAMPLES, start_s, before_s, numbers):
        found.rows.append((time_s, 0, number, value))


class _Found:
    """Series being put together again."""

    def __init__(self, *, up: bool) -> None:
        self._up = up
        self.by_number: dict[int, Track] = {}
        self.looks: dict[str, Looks] = {}
        self.rows: list[tuple[float, int, Any, float]] = []
        self._by_labels: dict[object, Track] = {}
        self._later: list[Callable[[], None]] = []

    def series(self, number: int, metric: str, labels: dict[str, str], target: str) -> None:
        """Take in a series; of one that has had several numbers, one of them."""
        looks = self.looks.setdefault(target, Looks())
        self.by_number[number] = self._by_labels.setdefault(key(labels), Track(number, metric, labels, looks))

    def goes_on(self, recent: Track, from_s: float) -> None:
        """Have a series of the memory follow on what was stored of it."""
        target = recent.labels["instance"]
        looks = self.looks.setdefault(target, Looks())
        track = self._by_labels.setdefault(
            key(recent.labels), Track(recent.number, recent.metric, recent.labels, looks)
        )
        self._later.append(lambda: _follow(track, recent, from_s))

    def tracks(self) -> list[Track]:
        """Return the series, each once."""
        for time_s, kind, which, value in sorted(self.rows, key=lambda row: row[:2]):
            if kind:
                answered = value != GONE if self._up else value == ANSWERED
                self.looks[which].add(time_s, answered=answered)
            else:
                _change(self.by_number[which], time_s, value)
        for follow in self._later:
            follow()
        return list(self._by_labels.values())


def _follow(track: Track, recent: Track, from_s: float) -> None:
    looks = track.looks
    for time_s, answered in zip(recent.looks.times, recent.looks.answered, strict=False):
        if time_s >= from_s and (not looks.times or time_s > looks.times[-1]):
            looks.add(time_s, answered=bool(answered))
    for time_s, value in zip(recent.times, recent.values, strict=False):
        if not track.times or time_s > track.times[-1]:
            _change(track, time_s, value)


def _change(track: Track, time_s: float, value: float) -> None:
    values = track.values
    if values and (values[-1] == value or (value != value and values[-1] != values[-1])):
        return
    track.change(time_s, value)
