"""Flows: who takes part, the way they go, what their outage means."""

from collections.abc import Iterator

from advisor.answer import Answer, Line, Section, cited, fact, place
from advisor.answers.nodes import contact, known_nodes, ownership
from advisor.calm.model import Architecture, Flow
from advisor.calm.pointer import below
from advisor.graph import nodes_of

IMPACT = (
    ("business impact", "business-impact"),
    ("what still works", "degraded-behavior"),
    ("tell customers", "customer-communication"),
    ("promised", "sla"),
    ("tier", "tier"),
    ("on call", "oncall-slack"),
    ("status page", "status-page"),
)


def flow(of: Architecture, one: Flow) -> Answer:
    """Return who takes part in a flow, the way it goes, and what its outage means."""
    return Answer("flow", (one.id,), (*taking_part(of, one), way(of, one), meaning(one)))


def impact(flows: list[Flow]) -> Answer:
    """Return what the outage of flows means."""
    return Answer("impact", tuple(one.id for one in flows), tuple(meaning(one) for one in flows))


def taking_part(of: Architecture, one: Flow) -> Iterator[Section]:
    """Yield the services of a flow in the order in which it reaches them, then what they store and hand over."""
    nodes = list(known_nodes(of, nodes_of(of, one)))
    services = tuple(ownership(of, node) for node in nodes if node.is_service)
    yield Section(f"Services in {one.id}", services)
    stores = tuple(ownership(of, node) for node in nodes if not node.is_service)
    yield Section("Databases and queues on the way", stores, "none")


def way(of: Architecture, one: Flow) -> Section:
    """Return the steps of a flow."""
    return Section("The way", tuple(_steps(of, one)))


def _steps(of: Architecture, one: Flow) -> Iterator[Line]:
    for number, step in enumerate(one.transitions, 1):
        relationship = of.relationship.get(step.relationship)
        told = {"what": below(step.pointer, "description")}
        if relationship is None or len(relationship.ends) < 2:
            yield cited(of, f"{number}", "{by}: {what}", by=below(step.pointer, "relationship-unique-id"), **told)
            continue
        ends = [_end(end.pointer, relationship.kind, of) for end in relationship.ends[:2]]
        yield cited(of, f"{number}", "{source} → {destination}: {what}", source=ends[0], destination=ends[1], **told)


def _end(pointer: str, kind: str, of: Architecture) -> str:
    return pointer if kind != "connects" or isinstance(of.source.at(pointer), str) else below(pointer, "node")


def meaning(one: Flow) -> Section:
    """Return what the outage of a flow means, and what customers are told."""
    return Section(f"If {one.id} fails", tuple(fact(name, one.metadata, key) for name, key in IMPACT))


def processes(of: Architecture, ids: list[str]) -> Answer:
    """Return the flows that pass nodes: whose steps these are, and what their outage means."""
    passed = [one for one in of.flows if set(ids) & set(nodes_of(of, one))]
    lines = tuple(_passing(of, one, ids) for one in passed)
    sections = [Section("Business processes affected", lines, "no flow passes them")]
    return Answer("processes", tuple(ids), (*sections, *(meaning(one) for one in passed)))


def _passing(of: Architecture, one: Flow, ids: list[str]) -> Line:
    names = {
        f"n{number}": below(of.node[name].pointer, "unique-id")
        for number, name in enumerate(name for name in ids if name in nodes_of(of, one))
    }
    through = ", ".join("{" + key + "}" for key in names)
    tier = place(one.metadata, "tier")
    return cited(of, one.id, "{flow} ({tier}), through " + through, flow=below(one.pointer, "name"), tier=tier, **names)


def contacts_of(of: Architecture, one: Flow) -> Section:
    """Return whom to call for a flow."""
    return Section(f"For {one.id}", tuple(contact(of, one)))
