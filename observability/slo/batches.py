"""Few questions for many terms: what is measured of one metric over one window is asked once and then shared out."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from observability.evidence.matching import condition
from observability.evidence.model import Matcher, Sample, Selector, Window
from observability.slo.source import Source
from observability.slo.terms import Changes, Increase, Measured, Value

Group = tuple[tuple[str, str], ...]
"""The labels of one group, by name; what is empty is left out, as Prometheus has it."""
Values = dict[Group, float]

REMEMBERED = 20_000
"""Series for which it is remembered where they belong; metrics may grow without bound."""


@dataclass(frozen=True)
class Question:
    """What one batch asks."""

    kind: type[Measured]
    metric: str
    over_s: float


class Batch:
    """All terms that one question answers."""

    def __init__(self, question: Question, terms: Iterable[Measured]) -> None:
        self._question = question
        self._terms = tuple(terms)
        self._fits = [condition(term.of.matchers) for term in self._terms]
        self._selector = Selector(question.metric, _common([term.of for term in self._terms]))
        named = {one.label for term in self._terms for one in term.of.matchers}
        self._labels = tuple(sorted(named.union(*(term.by for term in self._terms))))
        self._places: dict[tuple[str, ...], list[tuple[Measured, Group]]] = {}

    async def ask(self, source: Source, at_s: float, step_s: float) -> dict[Measured, Values]:
        """Return the values of every term; raises `EvidenceError`."""
        found: dict[Measured, Values] = {term: {} for term in self._terms}
        adds = self._question.kind is Increase
        for labels, value in await self._asked(source, at_s, step_s):
            for term, group in self._belongs(labels):
                values = found[term]
                if group not in values:
                    values[group] = value
                else:
                    values[group] = values[group] + value if adds else max(values[group], value)
        return found

    async def _asked(self, source: Source, at_s: float, step_s: float) -> list[tuple[Mapping[str, str], float]]:
        window = Window(at_s - self._question.over_s, at_s)
        if self._question.kind is Increase:
            return _plain(await source.increase(self._selector, window, self._labels))
        if self._question.kind is Changes:
            upto_now = Window(window.start_s, at_s + step_s / 2)
            ranges = await source.range(self._selector, upto_now, step_s)
            return [(one.labels, _changes([point.value for point in one.points])) for one in ranges]
        return _plain(await source.instant(self._selector, at_s))

    def _belongs(self, labels: Mapping[str, str]) -> list[tuple[Measured, Group]]:
        key = tuple(labels.get(label, "") for label in self._labels)
        places = self._places.get(key)
        if places is None:
            if len(self._places) >= REMEMBERED:
                self._places.clear()
            known = dict(zip(self._labels, key, strict=True))
            places = self._places[key] = [
                (term, tuple((label, known[label]) for label in sorted(term.by) if known[label]))
                for term, fits in zip(self._terms, self._fits, strict=True)
                if fits(known)
            ]
        return places


def batches(terms: Iterable[Measured]) -> dict[Question, Batch]:
    """Return the questions that have to be asked, each with its batch."""
    together: dict[Question, dict[Measured, None]] = defaultdict(dict)
    for term in terms:
        over_s = 0.0 if isinstance(term, Value) else term.over_s
        together[Question(type(term), term.of.metric, over_s)][term] = None
    return {question: Batch(question, some) for question, some in together.items()}


def _common(selectors: list[Selector]) -> tuple[Matcher, ...]:
    """Return conditions that no wanted series fails: those on labels that every selector ties to one value."""
    values: dict[str, list[str]] = defaultdict(list)
    for selector in selectors:
        for one in selector.matchers:
            if one.operator == "=":
                values[one.label].append(one.value)
    return tuple(
        Matcher(label, "=", allowed[0])
        if len(set(allowed)) == 1
        else Matcher(label, "=~", "|".join(sorted({re.escape(value) for value in allowed})))
        for label, allowed in values.items()
        if len(allowed) == len(selectors)
    )


def _plain(samples: list[Sample]) -> list[tuple[Mapping[str, str], float]]:
    return [(sample.labels, sample.value) for sample in samples]


def _changes(values: list[float]) -> float:
    return sum(before != after for before, after in pairwise(values))
