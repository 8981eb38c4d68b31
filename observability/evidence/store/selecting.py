"""Which series a selector means."""

import re
from collections.abc import Callable, Mapping

from observability.evidence.errors import BadQuery
from observability.evidence.model import Labels, Matcher, Selector
from observability.evidence.store.head import Head
from observability.evidence.store.tracks import Track

Fits = Callable[[Labels], bool]
_KEPT = 512


def condition(matchers: tuple[Matcher, ...]) -> Fits:
    """Return what tells whether labels fit. Raises BadQuery."""
    each = [_one(matcher) for matcher in matchers]
    return lambda labels: all(fits(labels) for fits in each)


def _one(matcher: Matcher) -> Fits:
    label, wanted = matcher.label, matcher.value
    if matcher.operator == "=":
        return lambda labels: labels.get(label, "") == wanted
    if matcher.operator == "!=":
        return lambda labels: labels.get(label, "") != wanted
    try:
        pattern = re.compile(wanted, re.DOTALL)
    except re.error as error:
        raise BadQuery(f"{label}{matcher.operator}{wanted!r} is no regular expression: {error}.") from None
    negated = matcher.operator == "!~"
    return lambda labels: (pattern.fullmatch(labels.get(label, "")) is None) is negated


class Recent:
    """The series of the head that selectors mean, remembered until series come or go."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._generation = -1
        self._known: dict[Selector, list[Track]] = {}

    def __call__(self, wanted: Selector) -> list[Track]:
        """Return the series. Raises BadQuery."""
        if self._generation != self._head.generation or len(self._known) > _KEPT:
            self._known = {}
            self._generation = self._head.generation
        tracks = self._known.get(wanted)
        if tracks is None:
            fits = condition(wanted.matchers)
            tracks = [track for track in self._head.tracks(wanted.metric) if fits(track.labels)]
            self._known[wanted] = tracks
        return tracks


def key(labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return labels as something that can be compared."""
    return tuple(sorted(labels.items()))
