"""Quantiles from the buckets of a histogram, as Prometheus computes them."""

from collections import defaultdict
from collections.abc import Sequence
from math import inf

from chaos.probes.evidence import NoData, Sample


def quantile_of(buckets: Sequence[Sample], quantile: float, least: float, what: str) -> float:
    """Return the value below which the share `quantile` lies, interpolated within its bucket.

    `buckets` are increases of cumulative buckets (label `le`), of any number of series. What lies beyond the last
    bound counts as the last bound. Raises `NoData` when there are fewer than `least` observations.
    """
    counts: dict[float, float] = defaultdict(float)
    for sample in buckets:
        counts[float(sample.labels["le"])] += sample.value
    total = counts.get(inf, 0.0)
    if total < least:
        raise NoData(f"{total:g} observations of {what} in the window, {least:g} are needed")
    return _interpolated(sorted(counts.items()), quantile * total)


def _interpolated(cumulative: Sequence[tuple[float, float]], rank: float) -> float:
    lower, below = 0.0, 0.0
    for bound, count in cumulative:
        if count >= rank:
            if bound == inf or count == below:
                return lower
            return lower + (bound - lower) * (rank - below) / (count - below)
        lower, below = bound, max(below, count)
    return lower
