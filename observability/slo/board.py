"""All alerts that are on, brought up to date by one evaluation after the other."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from observability.slo.alert import Alert, beginning, ceasing, holding
from observability.slo.reading import Reading
from observability.slo.rules import Rule


@dataclass(frozen=True)
class Changes:
    """What one evaluation changed."""

    fired: tuple[Alert, ...] = ()
    resolved: tuple[Alert, ...] = ()


class Board:
    """Starts with the alerts that a former life of the process knew to fire; those of rules that are gone are over."""

    def __init__(self, rules: Iterable[Rule], firing: Iterable[Alert] = ()) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._alerts: dict[str, dict[str, Alert]] = {name: {} for name in self._rules}
        self._orphans = []
        for alert in firing:
            if alert.rule in self._rules:
                self._alerts[alert.rule][alert.id] = alert
            else:
                self._orphans.append(alert)

    @property
    def rules(self) -> list[Rule]:
        """All rules, as they came."""
        return list(self._rules.values())

    def alerts(self) -> list[Alert]:
        """Everything that is pending or fires."""
        return [alert for of_rule in self._alerts.values() for alert in of_rule.values()]

    def of(self, rule: Rule) -> list[Alert]:
        """What is pending or fires of one rule."""
        return list(self._alerts[rule.id].values())

    def update(self, reading: Reading, at_s: float) -> Changes:
        """Judge every rule by what was read."""
        fired: list[Alert] = []
        resolved = [replace(alert, state="resolved", resolved_at_s=at_s) for alert in self._orphans]
        self._orphans = []
        for rule in self._rules.values():
            before = self._alerts[rule.id]
            after = _judged(rule, before, reading, at_s)
            resolved += [alert for alert in after.values() if alert.state == "resolved"]
            fired += [alert for alert in after.values() if alert.state == "firing" and not _fired(before.get(alert.id))]
            self._alerts[rule.id] = {name: alert for name, alert in after.items() if alert.state != "resolved"}
        return Changes(tuple(fired), tuple(resolved))


def _judged(rule: Rule, before: dict[str, Alert], reading: Reading, at_s: float) -> dict[str, Alert]:
    after: dict[str, Alert] = {}
    for group, value in reading.meeting(rule.when).items():
        new = beginning(rule, group, value, at_s)
        known = before.get(new.id)
        after[new.id] = new if known is None else holding(known, rule, value, at_s)
    for name, alert in before.items():
        if name not in after and (left := ceasing(alert, rule, at_s)) is not None:
            after[name] = left
    return after


def _fired(alert: Alert | None) -> bool:
    return alert is not None and alert.state == "firing"
