"""What Prometheus makes of samples: `increase`, `rate` and `histogram_quantile`, after its `promql/functions.go`."""

import math
from collections.abc import Sequence

from observability.evidence.store.tracks import Stretch

_NEAR = 1.1
"""A sample that is not farther from the edge of a window than so many times the usual distance reaches to the edge."""
_TOLERANCE = 1e-12


def increase(stretch: Stretch | None, start_s: float, end_s: float) -> float | None:
    """Return by how much a counter rose from `start_s` to `end_s`; None when there are not two samples."""
    if stretch is None or stretch.looks < 2:
        return None
    sampled_s = stretch.last_s - stretch.first_s
    rise = stretch.last - stretch.first + stretch.resets
    usual_s = sampled_s / (stretch.looks - 1)
    before_s, after_s = stretch.first_s - start_s, end_s - stretch.last_s
    if before_s >= usual_s * _NEAR:
        before_s = usual_s / 2
    if rise > 0 and stretch.first >= 0:  # it cannot have begun below nothing
        before_s = min(before_s, sampled_s * (stretch.first / rise))
    if after_s >= usual_s * _NEAR:
        after_s = usual_s / 2
    return rise * ((sampled_s + before_s + after_s) / sampled_s)


def quantile(wanted: float, buckets: Sequence[tuple[float, float]]) -> float | None:
    """Return a quantile of a histogram, given upper bounds and cumulative counts; None when there is none.

    Within a bucket all values are taken to be spread evenly; above the last finite bound there is only that bound.
    """
    ordered = sorted(buckets)
    if len(ordered) < 2 or not math.isinf(ordered[-1][0]):
        return None
    bounds, counts = [bound for bound, _ in ordered], _rising([count for _, count in ordered])
    total = counts[-1]
    if total == 0 or math.isnan(wanted):
        return None
    if wanted < 0 or wanted > 1:
        return math.copysign(math.inf, wanted)
    rank = wanted * total
    at = next((place for place, count in enumerate(counts[:-1]) if count >= rank), len(counts) - 1)
    if at == len(counts) - 1:
        return bounds[-2]
    if at == 0 and bounds[0] <= 0:
        return bounds[0]
    start, before = (bounds[at - 1], counts[at - 1]) if at else (0.0, 0.0)
    return start + (bounds[at] - start) * ((rank - before) / (counts[at] - before))


def _rising(counts: list[float]) -> list[float]:
    """Return cumulative counts that never fall; what falls does so because replicas are looked at one by one."""
    rising, highest = [], counts[0]
    for count in counts:
        near = abs(count - highest) <= _TOLERANCE * (abs(count) + abs(highest))
        highest = highest if near else max(highest, count)
        rising.append(highest)
    return rising
