"""The metrics of the last minutes, in memory: what alert rules ask every other second."""

import json
import math
from collections.abc import Iterator

from observability.evidence.store.buffer import Buffer, Row
from observability.evidence.store.exposition import Shown, exemplar, named
from observability.evidence.store.tracks import ENDED, Looks, Track

KEYFRAME_S = 60.0
"""So often every series is written down, changed or not, so that nobody has to look farther back than that."""
UP = "up"
FAILED, ANSWERED, GONE = 0, 1, -1
_IGNORED = "_created"
"""Series that tell when a counter was made: they would double the number of series, and say nothing new."""


class Target:
    """One replica."""

    def __init__(self, service: str, instance: str) -> None:
        self.own = {"service": service, "instance": instance}
        self.instance = instance
        self.there = True
        self.looks, self.attempts = Looks(), Looks()
        self.tracks: dict[str, Track | None] = {}
        """By what stands before the value; None for what is left out."""
        self.present: set[str] = set()
        self.exemplars: dict[str, str] = {}
        self.keyframe_at_s = 0.0


class Head:
    """All series, filled look by look; what has to be kept goes to the buffer."""

    def __init__(self, buffer: Buffer, *, last_number: int, before_s: float) -> None:
        self._buffer = buffer
        self._number = last_number
        self._targets: dict[str, Target] = {}
        self._metrics: dict[str, list[Track]] = {}
        self.generation = 0
        """Changes when series come or go."""
        self.began_s = before_s
        """From here on no look is missing; those of an earlier process were before."""
        self.settled_s = before_s if before_s == -math.inf else math.inf
        """From here on every series is known by a look of ours."""

    def metrics(self) -> list[str]:
        """Return the names of all metrics."""
        return sorted(self._metrics)

    def tracks(self, metric: str) -> list[Track]:
        """Return the series of one metric."""
        return self._metrics.get(metric, [])

    def answered(self, service: str, instance: str, time_s: float, shown: list[Shown]) -> None:
        """Take what a replica showed."""
        target = self._target(service, instance)
        look = _LookAt(time_s, whole=time_s >= target.keyframe_at_s)
        if look.whole:
            target.keyframe_at_s = time_s + KEYFRAME_S
        tracks, keys = target.tracks, []
        for key, value, told in shown:
            track = tracks.get(key)
            if track is None:
                track = None if key in tracks else self._begin(target, key, look)
            if track is None:
                continue
            keys.append(key)
            look.note(track, value)
            if told and target.exemplars.get(key) != told:
                target.exemplars[key] = told
                self._keep_exemplar(track, told, time_s)
        if len(keys) != len(target.present) or look.series:
            self._end_missing(target, set(keys), look)
        self._finish(target, look, ANSWERED)

    def failed(self, service: str, instance: str, time_s: float) -> None:
        """Note that a replica did not answer."""
        self._finish(self._target(service, instance), _LookAt(time_s, whole=False), FAILED)

    def gone(self, instance: str, time_s: float) -> None:
        """Note that a replica is no more."""
        target = self._targets[instance]
        if target.there:
            target.there = False
            self._buffer.add("scrapes", [(instance, time_s, GONE)])
            target.looks.add(time_s, answered=False)
            target.attempts.add(time_s, answered=False)

    def settle(self, time_s: float) -> None:
        """Note that every replica has been looked at by now."""
        self.settled_s = min(self.settled_s, time_s)

    def instances(self) -> list[str]:
        """Return the replicas that are there."""
        return [instance for instance, target in self._targets.items() if target.there]

    def forget(self, before_s: float) -> None:
        """Forget what was before, and series that had ended by then."""
        for instance, target in list(self._targets.items()):
            for key, track in list(target.tracks.items()):
                if track is not None:
                    track.forget(before_s)
                    if track.over(before_s):
                        self._end(target, key, track)
            target.looks.forget(before_s)
            target.attempts.forget(before_s)
            if not target.attempts.times:
                del self._targets[instance]
        self.began_s = max(self.began_s, before_s)

    def keyframe(self) -> list[tuple[str, list[Row]]]:
        """Return what a slice begins with: every series that has not ended, and its value at the last look."""
        series, samples = [], []
        for track in self._all():
            if track.looks.times and track.values and track.values[-1] == track.values[-1]:
                series.append(_described(track))
                samples.append((track.number, track.looks.times[-1], track.values[-1], track.lost[-1]))
        return [("series", series), ("samples", samples)]

    def _all(self) -> Iterator[Track]:
        for tracks in list(self._metrics.values()):
            yield from list(tracks)

    def _target(self, service: str, instance: str) -> Target:
        target = self._targets.setdefault(instance, Target(service, instance))
        target.there = True
        return target

    def _end(self, target: Target, key: str, track: Track) -> None:
        del target.tracks[key]
        target.exemplars.pop(key, None)
        self._metrics[track.metric] = [other for other in self._metrics[track.metric] if other is not track]
        if not self._metrics[track.metric]:
            del self._metrics[track.metric]
        self.generation += 1

    def _begin(self, target: Target, key: str, look: "_LookAt") -> Track | None:
        what = named(key)
        if what is None or what.metric.endswith(_IGNORED):
            target.tracks[key] = None
            return None
        # What a replica calls `service` itself steps back for what we know of it, as in Prometheus.
        shown = {f"exported_{name}" if name in target.own else name: value for name, value in what.labels.items()}
        labels = {name: value for name, value in shown.items() if value}
        looks = target.attempts if key == UP else target.looks
        track = target.tracks[key] = self._track(what.metric, {**labels, **target.own}, looks)
        look.series.append(_described(track))
        return track

    def _track(self, metric: str, labels: dict[str, str], looks: Looks) -> Track:
        self._number += 1
        track = Track(self._number, metric, labels, looks)
        self._metrics.setdefault(metric, []).append(track)
        self.generation += 1
        return track

    def _end_missing(self, target: Target, keys: set[str], look: "_LookAt") -> None:
        for key in target.present - keys:
            if (track := target.tracks.get(key)) is not None:
                look.note(track, ENDED)
        target.present = keys

    def _finish(self, target: Target, look: "_LookAt", how: int) -> None:
        up = target.tracks.get(UP) or self._begin(target, UP, look)
        if up is not None:
            look.note(up, how)
        # The values come first: whoever reads meanwhile goes by the looks.
        target.attempts.add(look.time_s, answered=True)
        target.looks.add(look.time_s, answered=how == ANSWERED)
        self._buffer.add("series", look.series)
        self._buffer.add("samples", look.samples)
        self._buffer.add("scrapes", [(target.instance, look.time_s, how)])

    def _keep_exemplar(self, track: Track, told: str, time_s: float) -> None:
        found = exemplar(told)
        if found is None:
            return
        labels, value, at_s = found
        try:
            trace, span = int(labels["trace_id"], 16), int(labels.get("span_id") or "0", 16)
        except (KeyError, ValueError):
            return
        row = (track.number, time_s if at_s is None else at_s, value, trace >> 64, trace & (1 << 64) - 1, span)
        self._buffer.add("exemplars", [row])


def _described(track: Track) -> Row:
    return (track.number, track.metric, json.dumps(track.labels, sort_keys=True), track.labels["instance"])


class _LookAt:
    """What is to be kept of one look at one replica."""

    __slots__ = ("samples", "series", "time_s", "whole")

    def __init__(self, time_s: float, *, whole: bool) -> None:
        self.time_s, self.whole = time_s, whole
        self.series: list[Row] = []
        self.samples: list[Row] = []

    def note(self, track: Track, value: float) -> None:
        """Note a value, if it is another than before or everything is written down."""
        values = track.values
        if not values or values[-1] != value:
            if values and value != value and values[-1] != values[-1]:
                return
            track.change(self.time_s, value)
        elif not self.whole:
            return
        self.samples.append((track.number, self.time_s, value, track.lost[-1]))
