"""What tools for infrastructure tell against the nodes that say which resources they are."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from advisor.calm.model import Architecture, Node
from advisor.drift.finding import Check, Drift, drift, place, skipped
from advisor.drift.processes import names

ABSENT = "nothing"


class Hidden:
    """Stands for a value that is a secret."""

    def __str__(self) -> str:
        return "(sensitive)"


@dataclass(frozen=True)
class Change:
    """An attribute that a tool says is not as it was meant."""

    attribute: str
    wanted: Any
    found: Any


@dataclass(frozen=True)
class Resource:
    """One thing of a cloud or a cluster."""

    address: str
    """`aws_db_instance.order`, `deployment/order-service`, `OrderDatabase`: what nodes name."""
    attributes: Mapping[str, Any]
    where: str
    """`file:line`."""
    changes: tuple[Change, ...] = ()
    gone: bool = False
    """Whether the tool says that it was deleted."""
    judged: bool = True
    """Whether one that no node names is drift."""
    replicas: int | None = None
    """How many of it are to run; None: it does not say."""


@dataclass(frozen=True)
class Inventory:
    """All resources that files of one tool tell of."""

    deployment: str
    """Key in the `deployment` of nodes: `terraform`, `kubernetes`, `cloudformation`."""
    resources: Sequence[Resource]
    files: str
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class _Name:
    """A resource as a node names it; it may be a pattern: `aws_vpc.*`."""

    pattern: str
    node: Node
    pointer: str
    attributes: Mapping[str, object]

    def fits(self, address: str) -> bool:
        """Whether it means this resource; an address itself may have brackets, which no pattern of ours needs."""
        return self.pattern == address or fnmatchcase(address, self.pattern.replace("[", "[[]"))


def compare(of: Architecture, seen: Inventory) -> Check:
    """Compare resources and nodes in both directions, and attributes: those a node declares, those a tool tells of."""
    declared = [_Name(one, node, at, more) for node in of.nodes for one, at, more in names(node, seen.deployment)]
    if not declared:
        return skipped(seen.deployment, f"No node has a deployment.{seen.deployment}, so nothing says what is meant.")
    there = [one for one in seen.resources if not one.gone]
    drifts = [
        *_missing(of, seen, declared, there),
        *_extra(of, seen, declared, there),
        *(one for name in declared for resource in there for one in _attributes(of, seen, name, resource)),
        *(one for resource in there for one in _changes(of, seen, declared, resource)),
        *_replicas(of, seen, declared, there),
    ]
    unique = {one.id: one for one in drifts}
    return Check(
        seen.deployment, len(declared) + len(there), tuple(unique.values()), notes=seen.notes, partial=bool(seen.notes)
    )


def _missing(of: Architecture, seen: Inventory, declared: list[_Name], there: list[Resource]) -> Iterator[Drift]:
    for name in declared:
        if not any(name.fits(one.address) for one in there):
            gone = next((one for one in seen.resources if one.gone and name.fits(one.address)), None)
            yield drift(
                f"{seen.deployment}-missing",
                (name.pattern,),
                declared=f"{name.node.id} is {name.pattern}.",
                at=place(of, name.pointer),
                seen="It was deleted outside of the tool." if gone else "There is no such resource.",
                evidence=(gone.where if gone else seen.files,),
                remedy="Create it again, or correct the deployment of the node.",
            )


def _extra(of: Architecture, seen: Inventory, declared: list[_Name], there: list[Resource]) -> Iterator[Drift]:
    for one in there:
        if one.judged and not any(name.fits(one.address) for name in declared):
            yield drift(
                f"{seen.deployment}-extra",
                (one.address,),
                declared="No node is this resource.",
                at=place(of, "/nodes"),
                seen=f"There is {one.address}.",
                evidence=(one.where,),
                remedy="Name it in the deployment of the node that it belongs to (a pattern will do), or remove it.",
            )


def _attributes(of: Architecture, seen: Inventory, name: _Name, one: Resource) -> Iterator[Drift]:
    if not name.fits(one.address):
        return
    for path, wanted in name.attributes.items():
        found = _at(one.attributes, path)
        if found != wanted and not isinstance(found, Hidden):
            yield drift(
                f"{seen.deployment}-changed",
                (one.address, f"{path}={_text(found)}"),
                declared=f"{path} of {one.address} is {_text(wanted)}.",
                at=place(of, name.pointer),
                seen=f"It is {_text(found)}.",
                evidence=(one.where,),
                remedy="Put the resource back, or correct the attribute in the document.",
            )


def _changes(of: Architecture, seen: Inventory, declared: list[_Name], one: Resource) -> Iterator[Drift]:
    owner = next((name for name in declared if name.fits(one.address)), None)
    for change in one.changes if owner else ():
        yield drift(
            f"{seen.deployment}-changed",
            (one.address, f"{change.attribute}={_text(change.found)}"),
            declared=f"{change.attribute} of {one.address} is {_text(change.wanted)}, as its tool has it.",
            at=place(of, owner.pointer if owner else "/nodes"),
            seen=f"It is {_text(change.found)}.",
            evidence=(one.where,),
            remedy="Apply the tool's own description again, or take the change over into it.",
        )


def _replicas(of: Architecture, seen: Inventory, declared: list[_Name], there: list[Resource]) -> Iterator[Drift]:
    for one in there:
        nodes = [name for name in declared if name.fits(one.address) and name.node.is_service]
        if nodes and one.replicas is not None and one.replicas != len(nodes):
            yield drift(
                f"{seen.deployment}-replicas",
                (one.address, str(one.replicas)),
                declared=f"{len(nodes)} nodes are {one.address}: {', '.join(name.node.id for name in nodes)}.",
                at=place(of, nodes[0].pointer),
                seen=f"It has {one.replicas} replicas.",
                evidence=(one.where,),
                remedy="Scale it to as many as there are nodes, or add or remove nodes.",
            )


def _at(value: Any, path: str) -> Any:
    """Return what stands at `spec.template.0.image`, or that there is nothing."""
    for step in path.split("."):
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ABSENT
    return value


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | Hidden) else json.dumps(value, sort_keys=True, default=str)
