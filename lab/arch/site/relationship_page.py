"""The page of a relationship: who, to whom, over what, how long it is waited for, and in which flows."""

from typing import Any

from advisor.calm.model import Flow, Relationship, Transition
from lab.arch import graph_svg
from lab.arch.site.material import Material, Page, words
from lab.arch.site.node_page import call, drawn

HOLDER = {"interacts": "uses", "composed-of": "is made of", "deployed-in": "carries"}


def relationship_page(m: Material, one: Relationship) -> Page:
    """Return the page."""
    facts: dict[str, Any] = {
        "part": one,
        "verb": HOLDER.get(one.kind, ""),
        "call": call(one, one.ends[1].node) if one in m.of.connections else None,
        "steps": list(_steps(m, one)),
        "decisions": m.decisions(one.id),
        "notes": m.notes(one.id),
        "rest": dict(one.metadata),
        "told": m.of.source.at(one.pointer).get("relationship-type"),
        "picture": graph_svg.svg(m.of, drawn(m, "../", one.id), [one.id]),
    }
    found = " · ".join(words(m.of.source.at(one.pointer)))
    title = one.id or "Unnamed relationship"
    return Page(m.addresses.part(one), title, "relationship", "relationship.html", facts, found)


def _steps(m: Material, one: Relationship) -> list[tuple[Flow, Transition]]:
    return [(flow, step) for flow in m.of.flows for step in flow.transitions if one.id and step.relationship == one.id]
