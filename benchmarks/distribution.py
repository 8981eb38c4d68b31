"""A table of how times are distributed, one line per promise."""

import math
from collections.abc import Iterable

from benchmarks.figures import Figure

WIDTH = 54


def head(what: str) -> None:
    """Print what the lines are of."""
    print(f"{what:{WIDTH}}{'p50':>9}{'p90':>9}{'p99':>9}{'max':>9}   goal")


def line(name: str, times_ms: Iterable[float], goal_ms: float | None, *, promised_of: str = "p99") -> list[Figure]:
    """Print one line; return the figure to be judged, if there is a goal: `promised_of` it, `p99` or `max`.

    What was missed is infinity: it counts among the slowest, and is told.
    """
    ordered = sorted(times_ms)
    if not ordered:
        return []
    p50, p90, p99 = (_quantile(ordered, share) for share in (0.5, 0.9, 0.99))
    numbers = f"{name:{WIDTH}}{p50:9.1f}{p90:9.1f}{p99:9.1f}{ordered[-1]:9.1f}"
    if missed := ordered.count(math.inf):
        numbers += f"   {missed} of {len(ordered)} missed"
    if goal_ms is None:
        print(f"{numbers}   none: the machine is not free")
        return []
    value = p99 if promised_of == "p99" else ordered[-1]
    figure = Figure(f"{name}, {promised_of}", value, "ms", goal_ms)
    print(f"{numbers}   {promised_of} < {goal_ms:g}: {'met' if figure.met else 'MISSED'}")
    return [figure]


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
