"""Who is told what, and when: alerts of one owner about one subject are one matter, told once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from observability.slo.alert import Alert

Kind = Literal["opened", "changed", "resolved"]
_RANK = {"ticket": 0, "page": 1}


@dataclass(frozen=True)
class Group:
    """A matter that is on, as it was last told."""

    name: str
    opened_at_s: float
    told_at_s: float
    severity: str
    """The worst so far; it does not get better before the end."""
    told: tuple[str, ...]
    """Names of the alerts that were told of."""


@dataclass(frozen=True)
class Notice:
    """Something to tell."""

    kind: Kind
    group: str
    owner: str
    subject: str
    severity: str
    at_s: float
    opened_at_s: float
    alerts: tuple[Alert, ...]
    """What fires, the worst first; of a matter that is over, what was resolved last."""

    @property
    def headline(self) -> str:
        """One line for a person."""
        word = {"page": "PAGE", "ticket": "TICKET"}[self.severity]
        if self.kind == "resolved":
            return f"[RESOLVED] {self.subject}: all is well again"
        more = f" (and {len(self.alerts) - 1} more)" if len(self.alerts) > 1 else ""
        return f"[{word}] {self.subject}: {self.alerts[0].summary}{more}"

    def as_json(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "event": self.kind,
            "group": self.group,
            "owner": self.owner,
            "subject": self.subject,
            "severity": self.severity,
            "headline": self.headline,
            "at_s": self.at_s,
            "opened_at_s": self.opened_at_s,
            "alerts": [alert.as_json() for alert in self.alerts],
        }


def regrouped(
    known: Mapping[str, Group], alerts: Iterable[Alert], resolved: Iterable[Alert], at_s: float, regroup_s: float
) -> tuple[dict[str, Group], list[Notice]]:
    """Return the groups after an evaluation, and what has to be told."""
    firing, gone = _by_group(alerts), _by_group(resolved)
    after: dict[str, Group] = {}
    notices: list[Notice] = []
    for name, some in firing.items():
        group = known.get(name)
        kind = _news(group, some, at_s, regroup_s)
        after[name] = _told(group, name, some, at_s) if kind else known[name]
        if kind:
            notices.append(_notice(kind, after[name], some, at_s))
    notices += [
        _notice("resolved", group, gone.get(name, []), at_s) for name, group in known.items() if name not in firing
    ]
    return after, notices


def _by_group(alerts: Iterable[Alert]) -> dict[str, list[Alert]]:
    groups: dict[str, list[Alert]] = defaultdict(list)
    for alert in alerts:
        if alert.state != "pending":
            groups[alert.group].append(alert)
    for some in groups.values():
        some.sort(key=lambda alert: (-_RANK[alert.severity], alert.fired_at_s or 0, alert.name))
    return groups


def _news(group: Group | None, alerts: list[Alert], at_s: float, regroup_s: float) -> Kind | None:
    if group is None:
        return "opened"
    if _RANK[alerts[0].severity] > _RANK[group.severity]:
        return "changed"
    more = {alert.name for alert in alerts} - set(group.told)
    return "changed" if more and at_s - group.told_at_s >= regroup_s else None


def _told(group: Group | None, name: str, alerts: list[Alert], at_s: float) -> Group:
    names, severity = tuple(sorted({alert.name for alert in alerts})), alerts[0].severity
    if group is None:
        return Group(name, at_s, at_s, severity, names)
    worst = max(severity, group.severity, key=lambda one: _RANK[one])
    return replace(group, told_at_s=at_s, severity=worst, told=tuple(sorted({*names, *group.told})))


def _notice(kind: Kind, group: Group, alerts: list[Alert], at_s: float) -> Notice:
    owner, _, subject = group.name.partition("/")
    return Notice(kind, group.name, owner, subject, group.severity, at_s, group.opened_at_s, tuple(alerts))
