"""What a scenario of the catalogue has to have."""

from collections.abc import Iterator
from functools import cache

from advisor.calm.reading import load as document
from advisor.drift.calls import service
from drill.catalogue import Entry
from drill.certifying import answered
from lab.topology import platform
from observability.slo.document import load
from observability.slo.presets import DRILL
from observability.slo.rules import ruleset

ANSWERED_ONLY = frozenset({"config-drift", "quiet-night"})
"""Nothing is wrong with our code in these: they are certified by answer, probes and silence."""


def missing(entry: Entry) -> list[str]:
    """Return what an entry has not got of all that it needs; such a one is refused."""
    return list(_answered_only(entry) if entry.name in ANSWERED_ONLY else _repairable(entry))


def _answered_only(entry: Entry) -> Iterator[str]:
    if not entry.is_answered_only:
        yield f"{entry.name} has something that is wrong now: take it out of the exceptions"
    yield from (f"{one.says} {one.problem}" for one in answered.checks(entry.scenario) if one.problem)


def _repairable(entry: Entry) -> Iterator[str]:
    if not entry.faults:
        yield "a fault of ours: it has a trigger, and no code that is wrong"
    for fault in entry.faults:
        yield from (f"{fault.name}: {lacking}" for lacking in fault.lacks())
    alert, answer = entry.scenario.alert, entry.scenario.answer
    if alert not in alerts():
        yield f"an alert that pages, and not {alert}"
    if answer.services != (wrong := {full_names()[short] for short in entry.services}):
        yield f"an answer with {', '.join(sorted(wrong))}, and not {', '.join(sorted(answer.services))}"
    if answer.failure_mode not in modes_of(wrong):
        yield f"a failure mode that the document has, and not {answer.failure_mode}"


@cache
def alerts() -> frozenset[str]:
    """Return the names of the alerts that there are."""
    return frozenset(rule.name for rule in ruleset(load(), DRILL).rules)


@cache
def full_names() -> dict[str, str]:
    """Return the full names of services, by their short ones."""
    return {process.short: process.name for process in platform().processes}


def modes_of(services: set[str]) -> set[str]:
    """Return the symptoms of the failure modes that the document has for those services."""
    nodes = (node for node in document().nodes if service(node) in services)
    return {mode["symptom"] for node in nodes for mode in node.metadata.get("failure-modes", ())}
