"""From JSON to the parts of a document."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from advisor.calm.model import (
    FORWARD,
    Architecture,
    Control,
    End,
    Flow,
    Interface,
    Kind,
    Metadata,
    Node,
    Relationship,
    Requirement,
    Transition,
)
from advisor.calm.pointer import below
from advisor.calm.source import DOCUMENT, Source, source

KINDS: tuple[Kind, ...] = get_args(Kind)


def load(path: Path = DOCUMENT) -> Architecture:
    """Read the document in a file. Raises BadDocument."""
    return architecture(source(path))


def architecture(of: Source) -> Architecture:
    """Return the parts of a document."""
    whole = of.value
    return Architecture(
        source=of,
        id=_text(whole, "unique-id"),
        name=_text(whole, "name"),
        description=_text(whole, "description"),
        nodes=tuple(_node(value, pointer) for value, pointer in _objects(whole, "nodes", "")),
        relationships=tuple(_relationship(value, pointer) for value, pointer in _objects(whole, "relationships", "")),
        flows=tuple(_flow(value, pointer) for value, pointer in _objects(whole, "flows", "")),
        controls=_controls(whole, ""),
        metadata=_metadata(whole, ""),
        adrs=_texts(whole.get("adrs")),
    )


def _node(value: Mapping[str, Any], pointer: str) -> Node:
    return Node(
        id=_text(value, "unique-id"),
        type=_text(value, "node-type"),
        name=_text(value, "name"),
        description=_text(value, "description"),
        interfaces=tuple(
            Interface(_text(one, "unique-id"), one, at) for one, at in _objects(value, "interfaces", pointer)
        ),
        controls=_controls(value, pointer),
        metadata=_metadata(value, pointer),
        details=_object(value.get("details")),
        pointer=pointer,
    )


def _relationship(value: Mapping[str, Any], pointer: str) -> Relationship:
    types = _object(value.get("relationship-type"))
    kind: Kind = next((one for one in KINDS if one in types), "")
    inner = below(pointer, "relationship-type", kind)
    return Relationship(
        id=_text(value, "unique-id"),
        kind=kind,
        description=_text(value, "description"),
        protocol=_text(value, "protocol"),
        ends=tuple(_ends(kind, types.get(kind), inner)),
        metadata=_metadata(value, pointer),
        controls=_controls(value, pointer),
        pointer=pointer,
    )


def _ends(kind: Kind, value: Any, pointer: str) -> Iterator[End]:
    named = _object(value)
    if kind == "connects":
        for side in ("source", "destination"):
            end, at = _object(named.get(side)), below(pointer, side)
            yield End(_text(end, "node"), _texts(end.get("interfaces")), at)
    elif kind in ("interacts", "composed-of", "deployed-in"):
        holder = "actor" if kind == "interacts" else "container"
        yield End(_text(named, holder), (), below(pointer, holder))
        nodes = named.get("nodes")
        for number, node in enumerate(nodes if isinstance(nodes, list) else ()):
            if isinstance(node, str):
                yield End(node, (), below(pointer, "nodes", number))


def _flow(value: Mapping[str, Any], pointer: str) -> Flow:
    return Flow(
        id=_text(value, "unique-id"),
        name=_text(value, "name"),
        description=_text(value, "description"),
        transitions=tuple(_transition(one, at) for one, at in _objects(value, "transitions", pointer)),
        controls=_controls(value, pointer),
        metadata=_metadata(value, pointer),
        pointer=pointer,
    )


def _transition(value: Mapping[str, Any], pointer: str) -> Transition:
    number = value.get("sequence-number")
    return Transition(
        relationship=_text(value, "relationship-unique-id"),
        number=number if isinstance(number, int) and not isinstance(number, bool) else None,
        description=_text(value, "description"),
        direction=_text(value, "direction") or FORWARD,
        pointer=pointer,
    )


def _controls(value: Mapping[str, Any], pointer: str) -> tuple[Control, ...]:
    return tuple(_control(name, _object(one), pointer) for name, one in _object(value.get("controls")).items())


def _control(name: str, value: Mapping[str, Any], holder: str) -> Control:
    pointer = below(holder, "controls", name)
    requirements = tuple(
        Requirement(
            url=_text(one, "requirement-url"),
            config=one["config"] if isinstance(one.get("config"), dict) else None,
            config_url=_text(one, "config-url"),
            pointer=at,
        )
        for one, at in _objects(value, "requirements", pointer)
    )
    return Control(name, _text(value, "description"), requirements, pointer)


def _metadata(value: Mapping[str, Any], holder: str) -> Metadata:
    pointer, found = below(holder, "metadata"), value.get("metadata")
    if isinstance(found, list):
        parts = [(_object(one), below(pointer, number)) for number, one in enumerate(found)]
    else:
        parts = [(_object(found), pointer)]
    return Metadata(
        facts={key: one[key] for one, _ in parts for key in one},
        pointers={key: below(at, key) for one, at in parts for key in one},
        pointer=pointer,
        is_list=isinstance(found, list),
    )


def _objects(value: Mapping[str, Any], key: str, pointer: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    found = value.get(key)
    for number, one in enumerate(found if isinstance(found, list) else ()):
        if isinstance(one, dict):
            yield one, below(pointer, key, number)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
