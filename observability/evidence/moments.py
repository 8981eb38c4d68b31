"""Moments and durations as people write them: `2026-01-31T12:00:00Z`, Unix seconds, `5m` ago; `500ms`, `1h30m`."""

import math
import re
from datetime import datetime

from observability.evidence.errors import BadQuery

DURATIONS = "500ms, 30s, 5m, 1h30m or 2d"

_UNITS_S = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile("".join(rf"(?:(?P<{unit}>\d+(?:\.\d+)?){unit})?" for unit in _UNITS_S), re.ASCII)
_LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")
"""A plus that was not percent-encoded arrives as a blank."""


def duration_s(text: str) -> float:
    """Return the seconds that `text` means: a duration, or a number of seconds. Raises `BadQuery`."""
    if (number := _number(text)) is not None and number >= 0:
        return number
    if (found := _duration(text)) is not None:
        return found
    raise BadQuery(f"{text!r} is not a duration. Write {DURATIONS}, or seconds.")


def moment_s(text: str, now_s: float) -> float:
    """Return the Unix time that `text` means: such a time itself, RFC 3339, a duration before `now_s`, or `now`.

    Raises `BadQuery`.
    """
    told = text.strip()
    if told == "now":
        return now_s
    if (number := _number(told)) is not None:
        return number
    if (ago := _duration(told.removesuffix(" ago"))) is not None:
        return now_s - ago
    try:
        found = datetime.fromisoformat(_LOST_PLUS.sub("+", told))
    except ValueError:
        raise BadQuery(
            f"{text!r} is not a time. Write Unix seconds, 2026-01-31T12:00:00Z, or how long ago: {DURATIONS}."
        ) from None
    if found.tzinfo is None:
        raise BadQuery(f"{text!r} does not say of which zone it is. Write {told}Z for UTC.")
    return found.timestamp()


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _duration(text: str) -> float | None:
    found = _DURATION.fullmatch(text.strip().lower())
    if not text.strip() or found is None:
        return None
    return sum(float(found[unit] or 0) * worth for unit, worth in _UNITS_S.items())
