"""Ids as numbers and as text."""

from observability.evidence.errors import BadQuery

TRACE_DIGITS, SPAN_DIGITS, HALF_DIGITS = 32, 16, 16
_HALF = (1 << 64) - 1


def trace_id(high: int, low: int) -> str:
    """Return a trace's id as text; empty when there is none."""
    return f"{high:016x}{low:016x}" if high or low else ""


def span_id(number: int) -> str:
    """Return a span's id as text; empty when there is none."""
    return f"{number:016x}" if number else ""


def halves(text: str) -> tuple[int, int]:
    """Return the two halves of a trace's id; zeros for what is none."""
    try:
        number = int(text, 16) if len(text) == TRACE_DIGITS else 0
    except ValueError:
        number = 0
    return number >> 64, number & _HALF


def span_number(text: str) -> int:
    """Return a span's id as a number; zero for what is none."""
    try:
        return int(text, 16) if len(text) == SPAN_DIGITS else 0
    except ValueError:
        return 0


def beginning_with(text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the first and the last trace id that begin with these digits. Raises BadQuery."""
    digits = text.strip().lower()
    if not digits or len(digits) > TRACE_DIGITS or set(digits) - set("0123456789abcdef"):
        raise BadQuery(
            f"{text!r} is no trace id: that has {TRACE_DIGITS} hexadecimal digits, or the first few of them."
        )
    first, last = (int(digits.ljust(TRACE_DIGITS, filler), 16) for filler in "0f")
    return (first >> 64, first & _HALF), (last >> 64, last & _HALF)
