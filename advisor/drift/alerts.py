"""Alerts and dashboards that the document names against those that are there."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from advisor.calm.model import Architecture, Flow
from advisor.calm.pointer import below
from advisor.drift.calls import service
from advisor.drift.finding import Check, Drift, drift, place
from advisor.lint.values import values

RULES, BOARDS = "alerts", "dashboards"
BOARD = re.compile(r"/d/([A-Za-z0-9_-]+)")


@dataclass(frozen=True)
class Loaded:
    """Rules of one place. `alerts`: subject (flow or service) and name of the alert → where the rule stands."""

    what: str
    """`lab` for what is judged now, else the name of a rule file."""
    alerts: Mapping[tuple[str, str], str]


def named(of: Architecture) -> dict[tuple[str, str], str]:
    """Return the alerts of flows and services, with their pointers; replicas of one service are one."""
    found: dict[tuple[str, str], str] = {}
    for part in of.told:
        subject = part.id if isinstance(part, Flow) else service(part)
        for number, name in enumerate(part.metadata.texts("alerts")):
            found.setdefault((subject, name), below(part.metadata.at("alerts"), number))
    return found


def compare(of: Architecture, loaded: Collection[Loaded], name: str = RULES) -> Check:
    """Compare alerts in both directions, with each place that has rules."""
    declared = named(of)
    drifts = [one for place_ in loaded for one in _alerts(of, declared, place_)]
    return Check(name, len(declared) * len(loaded), tuple(drifts))


def _alerts(of: Architecture, declared: Mapping[tuple[str, str], str], loaded: Loaded) -> Iterator[Drift]:
    source = "the rules that are judged now" if loaded.what == "lab" else loaded.what
    for (subject, name), pointer in declared.items():
        if (subject, name) not in loaded.alerts:
            yield drift(
                "alert-not-loaded",
                (loaded.what, subject, name),
                declared=f"{subject} has the alert {name}.",
                at=place(of, pointer),
                seen=f"It is not among {source}.",
                evidence=(_asked(loaded),),
                remedy="Write the rules again (python -m observability.slo), restart what judges, or strike the alert.",
            )
    for (subject, name), where in loaded.alerts.items():
        if (subject, name) not in declared:
            yield drift(
                "alert-undeclared",
                (loaded.what, subject, name),
                declared=f"{subject} has no alert {name}.",
                at=place(of, _of_subject(of, subject)),
                seen=f"It is among {source}.",
                evidence=(where,),
                remedy=f"Add it to the alerts of {subject}, so that a runbook goes with it, or remove the rule.",
            )


def _asked(loaded: Loaded) -> str:
    return "GET /api/rules of the evidence store" if loaded.what == "lab" else loaded.what


def _of_subject(of: Architecture, subject: str) -> str:
    for part in of.told:
        if subject == (part.id if isinstance(part, Flow) else service(part)):
            return part.metadata.at("alerts")
    return "/flows"


def dashboards(of: Architecture, there: Mapping[str, str], more: Collection[str] = ()) -> Check:
    """Compare dashboards: `there` has ids and files; `more` are ids that others name, or that need not be named."""
    wanted: dict[str, str] = {}
    for pointer, text in values(of.source.value):
        if isinstance(text, str) and (found := BOARD.search(text)):
            wanted.setdefault(found[1], pointer)
    missing = [
        drift(
            "dashboard-missing",
            (name,),
            declared=f"There is a dashboard {name}.",
            at=place(of, pointer),
            seen="No file has that id.",
            evidence=("grafana/dashboards/*.json",),
            remedy="Bring the dashboard back, or name another one.",
        )
        for name, pointer in wanted.items()
        if name not in there
    ]
    unnamed = [
        drift(
            "dashboard-unnamed",
            (name,),
            declared="Nothing names it, so nobody on call is led there.",
            at=place(of, "/metadata"),
            seen=f"There is a dashboard {name}.",
            evidence=(file,),
            remedy="Name it where somebody on call looks, or remove it.",
        )
        for name, file in there.items()
        if name not in wanted and name not in more
    ]
    return Check(BOARDS, len(wanted.keys() | there.keys()), (*missing, *unnamed))
