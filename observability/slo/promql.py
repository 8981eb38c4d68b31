"""Terms and conditions as PromQL."""

from collections.abc import Mapping

from observability.evidence.selectors import written
from observability.slo.terms import Changes, Condition, Difference, Increase, Quotient, Term, Value

Recorded = Mapping[Term, str]
"""Terms that a recording rule keeps → how to read them."""


def duration(seconds: float) -> str:
    """Write a length of time: 30s, 5m, 6h, 3d."""
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:.0f}{unit}"
    return f"{seconds:.0f}s" if seconds == int(seconds) else f"{seconds * 1000:.0f}ms"


def expression(term: Term, recorded: Recorded | None = None) -> str:
    """Write a term; one that is recorded is read from its record."""
    kept = recorded or {}
    if term in kept:
        return kept[term]
    match term:
        case Increase(of, over_s, by):
            return f"sum{_by(by)} (increase({written(of)}[{duration(over_s)}]))"
        case Changes(of, over_s, by):
            return f"max{_by(by)} (changes({written(of)}[{duration(over_s)}]))"
        case Value(of, by):
            return f"max{_by(by)} ({written(of)})"
        case Quotient(part, whole):
            above, below = expression(part, kept), expression(whole, kept)
            return f"(({above}) or ({below}) * 0) / (({below}) > 0)"
        case Difference(whole, part):
            return f"({expression(whole, kept)}) - ({expression(part, kept)})"


def condition(wanted: Condition, recorded: Recorded | None = None) -> str:
    """Write a condition."""
    text = expression(wanted.term, recorded)
    plain = wanted.term in (recorded or {}) or not isinstance(wanted.term, Quotient | Difference)
    return f"{text if plain else f'({text})'} {wanted.operator} {wanted.bound:.12g}"


def _by(labels: tuple[str, ...]) -> str:
    return f" by ({', '.join(labels)})" if labels else ""
