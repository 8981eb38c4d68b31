"""The page of a flow: what its outage means, what customers are told, its steps in order, and what it stands on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from advisor.calm.model import Architecture, Flow, Relationship, Transition
from advisor.failing import parts, verdict
from advisor.graph import nodes_of, ways
from lab.arch import graph_svg
from lab.arch.site.material import Material, Page, words
from lab.arch.site.node_page import Call, call, contact, drawn

SHOWN = frozenset(
    {
        "owner", "oncall-slack", "tier", "dba-contact", "business-impact", "degraded-behavior",
        "customer-communication", "sla", "status-page", "dashboard", "logs", "alerts", "runbook",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step: from where to where, and by which call."""

    number: str
    transition: Transition
    ways: list[tuple[str, str]]
    by: Relationship | None
    call: Call | None


def flow_page(m: Material, flow: Flow) -> Page:
    """Return the page."""
    of = m.of
    steps = list(_steps(of, flow))
    passed = [of.node[one] for one in nodes_of(of, flow) if one in of.node]
    facts: dict[str, Any] = {
        "part": flow,
        "contact": contact(of, flow),
        "steps": steps,
        "picture": _picture(m, flow, steps),
        "passed": passed,
        "contact_of": lambda node: contact(of, node),
        "alone": [node for node in passed if node.type not in ("actor", "system") and _stops(of, flow, node.id)],
        "guide": m.library.named(flow.metadata.text("runbook")),
        "decisions": m.decisions(flow.id),
        "notes": m.notes(flow.id),
        "rest": {key: value for key, value in flow.metadata.items() if key not in SHOWN},
    }
    found = " · ".join(words(of.source.at(flow.pointer)))
    return Page(m.addresses.part(flow), flow.name or flow.id or "Unnamed flow", "flow", "flow.html", facts, found)


def _steps(of: Architecture, flow: Flow) -> Iterator[Step]:
    order = sorted(flow.transitions, key=lambda one: (one.number is None, one.number or 0))
    for step in order:
        one = of.relationship.get(step.relationship)
        number = "" if step.number is None else str(step.number)
        told = call(one, one.ends[1].node) if one is not None and one in of.connections else None
        yield Step(number, step, ways(of, step), one, told)


def _stops(of: Architecture, flow: Flow, node: str) -> bool:
    found = verdict(of, flow, parts(of, node))
    return found is not None and found.state == "fails"


def _picture(m: Material, flow: Flow, steps: list[Step]) -> str:
    figures: dict[str, list[str]] = {}
    for step in steps:
        figures.setdefault(step.transition.relationship, []).append(step.number)
    told = {key: ", ".join(filter(None, numbers)) for key, numbers in figures.items()}
    page = drawn(m, "../", f"The way of {flow.id}", figures=told)
    return graph_svg.svg(m.of, page, figures) if figures else ""
