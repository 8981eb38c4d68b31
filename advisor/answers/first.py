"""What to look at first when a flow fails: what would stop it, by what is known to go wrong there."""

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.answer import Answer, Line, Section, because, cited, place
from advisor.answers.flows import contacts_of, meaning
from advisor.answers.nodes import by_service, contact, health, known_nodes, mode_section, modes
from advisor.asking.relevance import relevance
from advisor.calm.model import Architecture, Flow, Node
from advisor.calm.pointer import below
from advisor.failing import WORST, Effect, called_in, fallback, replicas, verdict
from advisor.graph import nodes_of

SHOWN = 3
"""Failure modes that are told in full."""


@dataclass(frozen=True)
class Point:
    """One place where a flow can fail; `named`: it was asked for."""

    node: Node
    effect: Effect
    named: bool
    alone: bool


def what_first(of: Architecture, flow: Flow, said: str, named: list[str]) -> Answer:
    """Return where to begin, for a symptom that somebody has described."""
    owners = [of.node[one] for one in named if one in nodes_of(of, flow)]
    called = [Section(f"For {node.id}", tuple(contact(of, node))) for node in owners] or [contacts_of(of, flow)]
    sections = (failing(of, flow, named), *likely_modes(of, flow, said, named), asked_first(of, flow, named))
    return Answer("what-first", (flow.id, *named), (*sections, *called, meaning(flow)))


def points(of: Architecture, flow: Flow, named: list[str]) -> list[Point]:
    """Return where a flow can fail: what was named, then what stops it, what it can do without, what is only late."""
    felt = ((node, verdict(of, flow, [node.id])) for node in known_nodes(of, nodes_of(of, flow)))
    found = [
        Point(node, effect, node.id in named, replicas(of, node.id) == [node.id]) for node, effect in felt if effect
    ]
    return sorted(found, key=lambda one: (not one.named, WORST.index(one.effect.state), -len(modes(one.node))))


def failing(of: Architecture, flow: Flow, named: list[str]) -> Section:
    """Return the points of failure, the likeliest first."""
    lines = tuple(_point(of, flow, one) for one in points(of, flow, named))
    return Section(f"Where {flow.id} can fail, the likeliest first", lines)


def _point(of: Architecture, flow: Flow, one: Point) -> Line:
    told = {"node": below(one.node.pointer, "unique-id")}
    text = {"fails": "stops it", "goes on with less": "it goes on with less", "is late": "it is completed later"}[
        one.effect.state
    ]
    if not one.alone:
        text += ", there is another replica"
    call = next((call for call in called_in(of, flow) if call.ends[1].node == one.node.id and fallback(call)[1]), None)
    if one.effect.state == "goes on with less" and one.alone and call is not None:
        text, told["instead"] = f"{text}: {{instead}}", fallback(call)[1]
    if number := len(modes(one.node)):
        text += f"; failure modes known: {number}"
        told["modes"] = place(one.node.metadata, "failure-modes")
    return because(cited(of, one.node.id, text, **told), one.effect.grounds)


def asked_first(of: Architecture, flow: Flow, named: list[str]) -> Section:
    """Return the health endpoints in the order in which to ask them."""
    nodes = [one.node for one in points(of, flow, named) if one.node.is_service]
    return Section("Ask first", tuple(health(of, node) for node in nodes))


def likely_modes(of: Architecture, flow: Flow, said: str, named: list[str]) -> Iterator[Section]:
    """Yield the failure modes that resemble most what was said."""
    found = [
        (relevance(said, mode) + 2 * (node.id in named), node, pointer)
        for node in by_service(known_nodes(of, nodes_of(of, flow)))
        for pointer, mode in modes(node)
    ]
    best = sorted((one for one in found if one[0] > 0), key=lambda one: -one[0])
    yield from (mode_section(of, node, pointer) for _, node, pointer in best[:SHOWN])
