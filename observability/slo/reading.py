"""The values of terms, as the evidence has them, for all rules together."""

from collections.abc import Iterable

from observability.slo.batches import Batch, Question, Values, batches
from observability.slo.source import Source
from observability.slo.terms import Condition, Difference, Measured, Quotient, Term, measured

FRESHNESS = 30
"""A window is read anew when a 30th of it has passed: one of ten minutes does not change every second."""


class Reading:
    """Knows the value of every term that it was made for, as of the last `refresh`."""

    def __init__(self, terms: Iterable[Term], *, step_s: float, lazy: bool = True) -> None:
        needed = dict.fromkeys(one for term in terms for one in measured(term))
        self._batches: dict[Question, Batch] = batches(needed)
        self._step_s = step_s
        self._lazy = lazy
        self._read_at: dict[Question, float] = {}
        self._values: dict[Measured, Values] = {}

    async def refresh(self, source: Source, at_s: float) -> None:
        """Read what has changed by now. Raises `EvidenceError`."""
        for question, batch in self._batches.items():
            if self._is_due(question, at_s):
                self._values |= await batch.ask(source, at_s, self._step_s)
                self._read_at[question] = at_s

    def values(self, term: Term) -> Values:
        """Return the value of a term per group; groups without a value are left out."""
        match term:
            case Quotient(part, whole):
                above, below = self.values(part), self.values(whole)
                return {group: above.get(group, 0.0) / all_ for group, all_ in below.items() if all_ > 0}
            case Difference(whole, part):
                less, more = self.values(part), self.values(whole)
                return {group: value - less[group] for group, value in more.items() if group in less}
            case _:
                return self._values.get(term, {})

    def meeting(self, conditions: tuple[Condition, ...]) -> Values:
        """Return the groups that meet all conditions, each with the value that the first one compares."""
        first, *others = (self._holding(condition) for condition in conditions)
        return {group: value for group, value in first.items() if all(group in other for other in others)}

    def _holding(self, condition: Condition) -> Values:
        values, bound = self.values(condition.term), condition.bound
        match condition.operator:
            case ">":
                return {group: value for group, value in values.items() if value > bound}
            case ">=":
                return {group: value for group, value in values.items() if value >= bound}
            case "<":
                return {group: value for group, value in values.items() if value < bound}

    def _is_due(self, question: Question, at_s: float) -> bool:
        last = self._read_at.get(question)
        since = None if last is None else at_s - last
        return since is None or since < 0 or not self._lazy or since >= question.over_s / FRESHNESS
