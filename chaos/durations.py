"""Durations as people type them: `30s`, `5m`, `1m30s`, `1h`."""

import re

_UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0}
_PATTERN = re.compile(r"(?:(?P<h>\d+(?:\.\d+)?)h)?(?:(?P<m>\d+(?:\.\d+)?)m)?(?:(?P<s>\d+(?:\.\d+)?)s)?", re.ASCII)


def seconds(text: str) -> float:
    """Return the seconds that `text` means; raise `ValueError` with a sentence that says what to write instead."""
    found = _PATTERN.fullmatch(text.strip().lower())
    if not text.strip() or found is None:
        better = f" For {text} seconds write {text}s." if text.strip().isdecimal() else ""
        raise ValueError(f"{text!r} is not a duration. Write 30s, 5m, 1m30s or 1h.{better}")
    return sum(float(found[unit] or 0) * worth for unit, worth in _UNITS_S.items())


def text(duration_s: float) -> str:
    """Return `duration_s` seconds as people would type it, to the second: `1h30m`, `45s`."""
    minutes, left_s = divmod(max(0, round(duration_s)), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{left_s}s" if left_s else ""]
    return "".join(parts) or "0s"
