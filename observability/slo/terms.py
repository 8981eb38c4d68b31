"""What rules are made of: terms that have a value per group of series, and conditions on them.

`promql.py` writes a term as PromQL, `reading.py` has its values from the evidence; both mean the same.
"""

from dataclasses import dataclass
from typing import Literal

from observability.evidence.model import Selector

Operator = Literal[">", ">=", "<"]
By = tuple[str, ...]


@dataclass(frozen=True)
class Increase:
    """By how much counters rose within the last `over_s` seconds, summed per group."""

    of: Selector
    over_s: float
    by: By = ()


@dataclass(frozen=True)
class Changes:
    """How often a gauge changed within the last `over_s` seconds; of a group, the most."""

    of: Selector
    over_s: float
    by: By = ()


@dataclass(frozen=True)
class Value:
    """A gauge as it is now; of a group, the highest."""

    of: Selector
    by: By = ()


Measured = Increase | Changes | Value
"""What is asked of the evidence; everything else is arithmetic."""


@dataclass(frozen=True)
class Quotient:
    """Part by whole, group by group; without a value where the whole is 0, and 0 where only the part is missing."""

    part: "Term"
    whole: "Term"


@dataclass(frozen=True)
class Difference:
    """Whole less part, group by group."""

    whole: "Term"
    part: "Term"


Term = Increase | Changes | Value | Quotient | Difference


@dataclass(frozen=True)
class Condition:
    """Holds for the groups whose value compares with the bound."""

    term: Term
    operator: Operator
    bound: float


def measured(term: Term) -> list[Measured]:
    """Return what a term needs to know."""
    match term:
        case Quotient(part, whole) | Difference(whole, part):
            return [*measured(whole), *measured(part)]
        case _:
            return [term]
