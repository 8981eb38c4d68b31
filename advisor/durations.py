"""Lengths of time as people write them: 30 minutes, 500 ms, 5m, 1 h."""

import re

UNITS = {
    "ms": 0.001, "millisecond": 0.001, "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60,
    "h": 3600, "hour": 3600, "d": 86400, "day": 86400, "week": 604800,
}  # fmt: skip
LENGTH = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)


def seconds(text: str) -> float | None:
    """Return the first length of time in a text, in seconds, or None when there is none."""
    for number, unit in LENGTH.findall(text):
        name = unit.lower()
        size = UNITS.get(name) or UNITS.get(name.removesuffix("s"))
        if size is not None:
            return float(number) * size
    return None


def shown(length_s: float) -> str:
    """Write a length as a person would: 500 ms, 30 s, 30 min, 2 h."""
    for unit, size in (("h", 3600), ("min", 60), ("s", 1)):
        if length_s >= size:
            return f"{length_s / size:g} {unit}"
    return f"{length_s * 1000:g} ms"
