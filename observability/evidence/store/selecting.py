"""Which series a selector means."""

from collections.abc import Mapping

from observability.evidence.matching import condition
from observability.evidence.model import Selector
from observability.evidence.store.head import Head
from observability.evidence.store.tracks import Track

_KEPT = 512


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
