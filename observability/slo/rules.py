"""Every rule of a preset: what has to hold, for how long, and whom it concerns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from observability.slo.document import Subject, subjects
from observability.slo.errors import BadDocument
from observability.slo.objectives import Objective, objectives
from observability.slo.presets import Burn, Preset
from observability.slo.promql import duration
from observability.slo.symptoms import Symptom, symptoms
from observability.slo.terms import Condition, Term


@dataclass(frozen=True)
class Rule:
    """An alert fires for each group that meets all conditions for `hold_s`; the first condition gives its value."""

    id: str
    name: str
    subject: Subject
    labels: Mapping[str, str]
    when: tuple[Condition, ...]
    hold_s: float
    keep_firing_s: float
    summary: str
    """A sentence as `wording` fills it in."""
    objective: Objective | None = None

    @property
    def severity(self) -> str:
        """`page` or `ticket`."""
        return self.labels["severity"]


@dataclass(frozen=True)
class Recording:
    """A term that is kept under a name, per objective and window."""

    name: str
    objective: str
    term: Term


@dataclass(frozen=True)
class Ruleset:
    """What one preset makes of a document."""

    preset: Preset
    objectives: tuple[Objective, ...]
    recordings: tuple[Recording, ...]
    rules: tuple[Rule, ...]


def ruleset(document: Mapping[str, Any], preset: Preset) -> Ruleset:
    """Return all rules of a document. Raises `BadDocument`."""
    everybody = subjects(document)
    promised = objectives(everybody)
    rules = [_burning(objective, burn, preset) for objective in promised for burn in preset.burns]
    rules += _seen(everybody, {objective.alert for objective in promised}, preset)
    recordings = [record for objective in promised for record in _recordings(objective, preset)]
    return Ruleset(preset, tuple(promised), tuple(recordings), tuple(rules))


def _recordings(objective: Objective, preset: Preset) -> list[Recording]:
    windows = sorted({window for burn in preset.burns for window in (burn.long_s, burn.short_s)})
    kinds = {"events": objective.events, "bad_events": objective.bad, "bad_share": objective.bad_share}
    return [
        Recording(f"slo:{kind}:increase{duration(window)}", objective.id, of(window))
        for window in windows
        for kind, of in kinds.items()
    ]


def _burning(objective: Objective, burn: Burn, preset: Preset) -> Rule:
    bound = objective.budget * burn.rate
    conditions = (
        Condition(objective.bad_share(burn.long_s), ">", bound),
        Condition(objective.bad_share(burn.short_s), ">", bound),
        # Increases are extrapolated, so whole numbers are met by accident only: half an event less is the bound.
        Condition(objective.events(burn.long_s), ">", burn.least_events - 0.5),
        Condition(objective.bad(burn.long_s), ">", burn.least_bad - 0.5),
    )
    window = duration(burn.long_s)
    own = {"severity": burn.severity, "objective": objective.id, "window": window}
    return Rule(
        id=f"{objective.id}-{window}",
        name=objective.alert,
        subject=objective.subject,
        labels=_labels(objective.subject) | own,
        when=conditions,
        hold_s=burn.hold_s,
        keep_firing_s=preset.keep_firing_s,
        summary=_sentence(objective, window),
        objective=objective,
    )


def _sentence(objective: Objective, window: str) -> str:
    seen = f"{{value:percent}} of {objective.events_called} {objective.bad_called} within {window}"
    return f"{seen}; the objective allows {objective.budget * 100:.4g}%"


def _seen(everybody: list[Subject], of_objectives: set[str], preset: Preset) -> list[Rule]:
    known = symptoms()
    rules = []
    for subject in everybody:
        for name in subject.alerts:
            if name in known:
                rules.append(_symptom(subject, known[name], preset))
            elif name not in of_objectives:
                raise BadDocument(f"{subject.name} lists an alert {name}, which there is no rule for.")
    return rules


def _symptom(subject: Subject, symptom: Symptom, preset: Preset) -> Rule:
    return Rule(
        id=f"{subject.name}-{symptom.name}",
        name=symptom.name,
        subject=subject,
        labels=_labels(subject) | {"severity": symptom.severity},
        when=symptom.conditions(subject.name, preset.symptom_scale),
        hold_s=symptom.hold_s * preset.symptom_scale,
        keep_firing_s=preset.keep_firing_s,
        summary=symptom.summary,
    )


def _labels(subject: Subject) -> dict[str, str]:
    return {subject.kind: subject.name, "owner": subject.owner, "tier": subject.tier}
