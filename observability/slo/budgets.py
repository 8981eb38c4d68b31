"""How much of each error budget is left, and how fast it is being spent."""

from collections.abc import Sequence
from dataclasses import dataclass

from observability.slo.objectives import Objective
from observability.slo.presets import Preset
from observability.slo.promql import duration
from observability.slo.reading import Reading
from observability.slo.source import Source
from observability.slo.terms import Term

KEPT_S = 2.0
"""How long figures are good for, so that many readers ask no more than one."""


@dataclass(frozen=True)
class BurnRate:
    """How fast a budget is being spent, in one window."""

    window: str
    events: float
    bad: float
    rate: float | None
    """1 spends exactly the budget over the period; None without events."""


@dataclass(frozen=True)
class Standing:
    """How one objective stands."""

    objective: str
    subject: str
    kind: str
    """`flow` or `service`."""
    owner: str
    tier: str
    indicator: str
    says: str
    """The objective in words."""
    percent: float
    threshold_s: float | None
    period_s: float
    events: float
    """In the period, as far as there is evidence."""
    bad: float
    attained_percent: float | None
    """None without events."""
    budget_left: float
    """1: nothing spent; 0: all; below: broken."""
    burn_rates: tuple[BurnRate, ...]


class Budgets:
    """Answers from the evidence, on request."""

    def __init__(self, source: Source, objectives: Sequence[Objective], preset: Preset) -> None:
        self._source = source
        self._objectives = tuple(objectives)
        self._preset = preset
        self._windows = sorted({window for burn in preset.burns for window in (burn.long_s, burn.short_s)})
        spans = (*self._windows, preset.period_s)
        terms: list[Term] = [of(span) for one in self._objectives for span in spans for of in (one.events, one.bad)]
        self._reading = Reading(terms, step_s=preset.every_s, lazy=False)
        self._read_at_s: float | None = None

    async def standings(self) -> list[Standing]:
        """Return how every objective stands. Raises `EvidenceError`."""
        now = await self._source.now()
        if self._read_at_s is None or not 0 <= now - self._read_at_s < KEPT_S:
            await self._reading.refresh(self._source, now)
            self._read_at_s = now
        return [self._standing(objective) for objective in self._objectives]

    def _standing(self, objective: Objective) -> Standing:
        events, bad = self._counted(objective, self._preset.period_s)
        return Standing(
            objective=objective.id,
            subject=objective.subject.name,
            kind=objective.subject.kind,
            owner=objective.subject.owner,
            tier=objective.subject.tier,
            indicator=objective.indicator,
            says=f"at most {objective.budget * 100:.4g} % of {objective.events_called} {objective.bad_called}",
            percent=objective.percent,
            threshold_s=objective.threshold_s,
            period_s=self._preset.period_s,
            events=events,
            bad=bad,
            attained_percent=100 * (1 - bad / events) if events else None,
            budget_left=1 - bad / (events * objective.budget) if events else 1.0,
            burn_rates=tuple(self._burning(objective, window) for window in self._windows),
        )

    def _burning(self, objective: Objective, window_s: float) -> BurnRate:
        events, bad = self._counted(objective, window_s)
        return BurnRate(duration(window_s), events, bad, bad / events / objective.budget if events else None)

    def _counted(self, objective: Objective, over_s: float) -> tuple[float, float]:
        events, bad = self._reading.values(objective.events(over_s)), self._reading.values(objective.bad(over_s))
        # Extrapolation takes the two apart by fractions of an event.
        return round(events.get((), 0.0), 3), max(0.0, round(bad.get((), 0.0), 3))
