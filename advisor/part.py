"""One node, flow or relationship as somebody on call asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from advisor.calm.errors import UnknownPart
from advisor.calm.model import Architecture, Control, Flow, Node, Part, Relationship
from advisor.graph import callers, containers, dependencies, flows_through, nodes_of


@dataclass(frozen=True)
class Fact:
    """One thing that the document says, and where: `pointer` is empty for what follows from the graph."""

    name: str
    value: Any
    pointer: str = ""


def part(of: Architecture, name: str) -> Part:
    """Return the node, flow or relationship of that id, or the node whose id begins so. Raises UnknownPart."""
    known = {one.id: one for one in reversed(of.parts)}
    if name in known:
        return known[name]
    begin = [node for node in of.nodes if node.id.startswith(f"{name}-") and node.is_service]
    if len(begin) == 1:
        return begin[0]
    likely = get_close_matches(name, known, n=3, cutoff=0.5) or [node.id for node in begin]
    hint = f"Write {' or '.join(likely)}." if likely else "See which there are: lab arch show"
    raise UnknownPart(f"The document has nothing called {name}.", hint=hint)


def facts(of: Architecture, one: Part) -> list[Fact]:
    """Return what is said of a part, and what follows for it."""
    head = [Fact("description", one.description, f"{one.pointer}/description")]
    own = [Fact(key, value, one.metadata.at(key)) for key, value in one.metadata.items()]
    promised = [Fact(f"control {control.name}", _numbers(control), control.pointer) for control in one.controls]
    return [*head, *_joined(of, one), *own, *promised]


def _joined(of: Architecture, one: Part) -> list[Fact]:
    match one:
        case Node():
            found = {
                "reached at": [_address(interface.values) for interface in one.interfaces],
                "calls": dependencies(of, one.id),
                "called by": callers(of, one.id),
                "part of": containers(of, one.id),
                "flows": [flow.id for flow in flows_through(of, one.id)],
            }
        case Flow():
            found = {"passes": nodes_of(of, one)}
        case Relationship():
            found = {"kind": [one.kind], "joins": [end.node for end in one.ends], "protocol": [one.protocol]}
    return [Fact(name, value) for name, value in found.items() if any(value)]


def _address(values: Mapping[str, Any]) -> str:
    if "port" in values:
        return f"{values.get('host', '')}:{values['port']} ({values.get('protocol', 'unknown protocol')})"
    return ", ".join(f"{key} {value}" for key, value in values.items() if key != "unique-id")


def _numbers(control: Control) -> list[str]:
    return [str(config.get("description") or config.get("name") or "") for config, _ in control.configs()]
