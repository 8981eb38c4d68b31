"""Numbers as people read them: three digits, with their unit."""

from datetime import UTC, datetime
from math import isfinite

NOTHING = "–"
UNITS = {"_seconds": "s", "_bytes": "B", "_cents": "ct"}


def seconds(value: float | None) -> str:
    """Return a duration: `850 µs`, `12.3 ms`, `1.24 s`, `2m 05s`."""
    if value is None or not isfinite(value):
        return NOTHING if value is None else number(value)
    size = abs(value)
    if size >= 60:
        minutes, left = divmod(round(size), 60)
        return f"{'-' if value < 0 else ''}{minutes}m {left:02}s"
    if size >= 0.9995:
        return f"{_digits(value)} s"
    if size >= 0.9995e-3:
        return f"{_digits(value * 1e3)} ms"
    return f"{_digits(value * 1e6)} µs" if value else "0 s"


def number(value: float) -> str:
    """Return a number: `0.85`, `12.3`, `1,204`."""
    if not isfinite(value):
        return str(value)
    return f"{round(value):,}" if abs(value) >= 999.5 else _digits(value)


def size(value: float) -> str:
    """Return an amount of memory."""
    return f"{_digits(value / 2**20)} MB"


def percent(share: float) -> str:
    """Return a share: `0 %`, `0.4 %`, `12 %`."""
    shown = share * 100
    return "<0.1 %" if 0 < shown < 0.05 else f"{shown:.1f} %" if 0 < shown < 9.95 else f"{shown:.0f} %"


def measured(metric: str, value: float) -> str:
    """Return a value of `metric` with the unit that its name ends with."""
    of = unit(metric)
    if of == "s":
        return seconds(value)
    if of == "B" and isfinite(value):
        return size(value)
    return f"{number(value)} {of}".rstrip()


def unit(metric: str) -> str:
    """Return the unit that the name of a metric ends with: `s`, `B`, `ct`; empty for a number of things."""
    stem = metric
    for part in ("_total", "_sum"):
        stem = stem.removesuffix(part)
    return next((unit for ending, unit in UNITS.items() if stem.endswith(ending)), "")


def counted(count: int, what: str) -> str:
    """Return `1 span`, `1,204 spans`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def clock(time_s: float, *, date: bool = False) -> str:
    """Return the time of day here, to the millisecond."""
    moment = datetime.fromtimestamp(time_s, UTC).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f" if date else "%H:%M:%S.%f")[:-3]


def _digits(value: float) -> str:
    size = abs(value)
    if size >= 99.95:
        return f"{value:.0f}"
    shown = f"{value:.1f}" if size >= 9.995 else f"{value:.2f}"
    return shown.rstrip("0").rstrip(".")
