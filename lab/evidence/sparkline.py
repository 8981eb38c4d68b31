"""A row of values in one line of text."""

from collections.abc import Sequence
from math import isfinite

from observability.evidence.model import Range, Window

STEPS = "▁▂▃▄▅▆▇█"
GAP = " "


def sparkline(values: Sequence[float | None]) -> str:
    """Return one character per value, from nought (or the lowest, where values fall below it) to the highest.

    What is not known leaves a gap.
    """
    known = [value for value in values if value is not None and isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=0.0)
    low = min(low, 0.0)
    return "".join(GAP if value is None or not isfinite(value) else _step(value, low, high) for value in values)


def spread(series: Range, window: Window, count: int) -> list[float | None]:
    """Return `count` values, one for each part of `window`: the last point in it, or None."""
    found: list[float | None] = [None] * count
    for point in series.points:
        place = int((point.time_s - window.start_s) / window.length_s * count + 1e-6)
        if 0 <= place < count:
            found[place] = point.value
    return found


def bar(share: float, width: int) -> str:
    """Return a bar that takes `share` of `width` characters, to the eighth."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    full, left = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[left] if left else "")


def _step(value: float, low: float, high: float) -> str:
    if high <= low:
        return STEPS[0]
    return STEPS[min(len(STEPS) - 1, int((value - low) / (high - low) * len(STEPS)))]
