"""Objectives, as the controls of flows and services state them.

A control's config is an objective when it names an `indicator`. What it counts is given by

- `requests`: routes, `{"service", "method", "route"}` each; without them every request that the service answers;
- or `bad` and `total`: counters, `{"metric", "labels": {label: [values]}}`.

Bad is a server error (`availability`), an answer that took longer than `threshold-ms` (`latency`), or what `bad`
counts. `events` and `bad-events` say both in words: "checkouts", "failed".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from observability.evidence.model import Matcher, Selector
from observability.slo.document import Subject
from observability.slo.errors import BadDocument
from observability.slo.terms import Difference, Increase, Quotient, Term
from observability.wiring.vocabulary import HTTP_SERVER_DURATION, REQUEST_SECONDS

SERVED = f"{HTTP_SERVER_DURATION.name}_count"
QUICK = f"{HTTP_SERVER_DURATION.name}_bucket"
LOWEST_PERCENT = 95.0
"""Below, a budget would be spent 14 times too fast only by more failures than there are requests."""


@dataclass(frozen=True)
class Objective:
    """A share of events that have to be good."""

    id: str
    subject: Subject
    indicator: str
    """availability, latency, or a name of the document's own."""
    events_called: str
    """What is counted: `checkouts`."""
    bad_called: str
    """What is wrong with the bad ones: `took longer than 1 s`."""
    percent: float
    threshold_s: float | None
    """Of latency: the longest time that is good."""
    _total: Selector
    _counted: Selector
    """Bad events; of latency: good ones."""

    @property
    def budget(self) -> float:
        """The share of events that may be bad."""
        return round(1 - self.percent / 100, 9)

    @property
    def alert(self) -> str:
        """Name of its alerts: `OrderProcessingAvailability`."""
        return "".join(word.capitalize() for word in self.id.split("-"))

    def events(self, over_s: float) -> Term:
        """All events of a window."""
        return Increase(self._total, over_s)

    def bad(self, over_s: float) -> Term:
        """Bad events of a window."""
        counted = Increase(self._counted, over_s)
        return counted if self.threshold_s is None else Difference(self.events(over_s), counted)

    def bad_share(self, over_s: float) -> Term:
        """Bad events of a window by all."""
        return Quotient(self.bad(over_s), self.events(over_s))


def objectives(subjects: list[Subject]) -> list[Objective]:
    """Return every objective, in the order of the document. Raises `BadDocument`."""
    found = [
        _objective(subject, config) for subject in subjects for config in subject.controls if "indicator" in config
    ]
    ids = [objective.id for objective in found]
    for name in ids:
        if ids.count(name) > 1:
            raise BadDocument(f"There are two objectives {name}.")
    return found


def _objective(subject: Subject, config: Mapping[str, Any]) -> Objective:
    try:
        percent, indicator = float(config["objective-percent"]), str(config["indicator"])
        threshold_s = config["threshold-ms"] / 1000 if indicator == "latency" else None
        total, counted = _counted(subject, config, threshold_s)
        events, bad = config["events"], config["bad-events"]
        objective = Objective(
            config["control-id"], subject, indicator, events, bad, percent, threshold_s, total, counted
        )
    except KeyError as error:
        raise BadDocument(f"The objective {config.get('control-id')} does not say its {error}.") from error
    if not LOWEST_PERCENT <= percent < 100:
        raise BadDocument(f"The objective {config['control-id']} has to be {LOWEST_PERCENT:g} % or more, below 100 %.")
    return objective


def _counted(subject: Subject, config: Mapping[str, Any], threshold_s: float | None) -> tuple[Selector, Selector]:
    if "total" in config:
        return _counter(config["total"]), _counter(config["bad"])
    served = _served(subject, config)
    if threshold_s is None:
        return Selector(SERVED, served), Selector(SERVED, (*served, Matcher("status", "=~", "5..")))
    if threshold_s not in REQUEST_SECONDS:
        raise BadDocument(f"The threshold of {config['control-id']} is no bound of the histogram: {REQUEST_SECONDS}.")
    return Selector(SERVED, served), Selector(QUICK, (*served, Matcher("le", "=", str(threshold_s))))


def _served(subject: Subject, config: Mapping[str, Any]) -> tuple[Matcher, ...]:
    routes = config.get("requests")
    if routes is None:
        return (Matcher("service", "=", subject.name),)
    return tuple(_one_of(label, [route[label] for route in routes]) for label in ("service", "method", "route"))


def _counter(config: Mapping[str, Any]) -> Selector:
    return Selector(config["metric"], tuple(_one_of(label, values) for label, values in config["labels"].items()))


def _one_of(label: str, values: list[str]) -> Matcher:
    chosen = [value for value, _ in groupby(sorted(values))]
    if len(chosen) == 1:
        return Matcher(label, "=", chosen[0])
    return Matcher(label, "=~", "|".join(re.sub(r"([.+*?^$|()\[\]{}\\])", r"\\\1", value) for value in chosen))
