"""Judging looks by the invariants. What two looks agree on is so; what only one shows was on its way."""

from collections.abc import Sequence

from observability.impact.case import Case
from observability.impact.invariants import INVARIANTS, Invariant
from observability.impact.model import Damage

_BY_NAME = {invariant.says: invariant for invariant in INVARIANTS}


def damages(case: Case) -> list[Damage]:
    """Return what is wrong by one look, as far as it can be told from what could be read."""
    return [damage for each in INVARIANTS if can_be_judged(each, case) for damage in each.check(case)]


def can_be_judged(invariant: Invariant, case: Case) -> bool:
    """Whether everything was read that it takes."""
    return not invariant.reads & case.snapshot.missing.keys()


def needs_confirmation(found: Sequence[Damage]) -> bool:
    """Whether databases that were read one after the other disagree: they may have been read at odd moments."""
    return not all(_BY_NAME[damage.invariant].is_of_one_moment for damage in found)


def agreed(first: Sequence[Damage], second: Sequence[Damage]) -> list[Damage]:
    """Return what is wrong for certain: by the first look and, where it takes several databases, by the second too."""
    seen_again = {damage.key for damage in second}
    return [each for each in first if _BY_NAME[each.invariant].is_of_one_moment or each.key in seen_again]
