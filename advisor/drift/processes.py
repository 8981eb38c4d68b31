"""Nodes against what runs: replicas, their ports, and files of databases."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from advisor.calm.model import Architecture, Node
from advisor.calm.pointer import below
from advisor.drift.calls import service
from advisor.drift.finding import Check, Drift, Place, drift, place

NAME = "processes"
FILES = "data/"
"""What names of files of databases begin with, below the home."""


@dataclass(frozen=True)
class Replica:
    """One process or container."""

    service: str
    port: int | None = None
    runs: bool = True


@dataclass(frozen=True)
class Running:
    """What was seen."""

    deployment: str
    """`embedded`, `compose` or `kubernetes`: which names of a node are meant."""
    replicas: Mapping[str, Replica]
    evidence: str
    """Where it was seen."""
    port_shift: int = 0
    """How much higher ports are than declared: a lab may have another base."""
    files: Collection[str] | None = None
    """Files that are there; None: they are not looked for."""
    outside: Collection[str] = ()
    """Services that the document does not describe."""
    word: str = "node"
    """What kinds of drift begin with; `container` for those that are described and not seen running."""
    whole: bool = False
    """Whether back ends, such as databases, are among the replicas."""


def names(node: Node, deployment: str) -> list[tuple[str, str, Mapping[str, object]]]:
    """Return what a node is called in a deployment, with the pointer and what else is declared of it."""
    deployed = node.metadata.get("deployment")
    listed = deployed.get(deployment) if isinstance(deployed, dict) else None
    found: list[tuple[str, str, Mapping[str, object]]] = []
    for number, one in enumerate(listed if isinstance(listed, list) else ()):
        pointer = below(node.metadata.at("deployment"), deployment, number)
        if isinstance(one, str):
            found.append((one, pointer, {}))
        elif isinstance(one, dict) and isinstance(one.get("resource"), str):
            attributes = one.get("attributes")
            found.append((one["resource"], pointer, attributes if isinstance(attributes, dict) else {}))
    return found


def compare(of: Architecture, seen: Running, name: str = NAME) -> Check:
    """Compare nodes and replicas in both directions."""
    declared = {
        one: (node, pointer)
        for node in of.nodes
        if node.is_service or (seen.whole and node.interfaces)
        for one, pointer, _ in names(node, seen.deployment)
        if not one.startswith(FILES)
    }
    drifts = [
        *(found for one, (node, at) in declared.items() for found in _replica(of, seen, one, node, at)),
        *_extra(of, seen, declared.keys()),
        *_files(of, seen),
    ]
    return Check(name, len(declared.keys() | seen.replicas.keys()), tuple(drifts))


def _replica(of: Architecture, seen: Running, name: str, node: Node, pointer: str) -> Iterator[Drift]:
    at = place(of, pointer)
    found = seen.replicas.get(name)
    if found is None or not found.runs:
        yield _told(
            seen,
            f"{seen.word}-missing",
            (name,),
            f"{node.id} is {name} here.",
            at,
            "It has no process." if found else "There is no such replica.",
            "Start it (lab status, lab restart), or remove it from the document if it was taken away for good.",
        )
        return
    if node.is_service and found.service != service(node):
        yield _told(
            seen,
            f"{seen.word}-other-service",
            (name, found.service),
            f"{name} is one of {service(node)}.",
            at,
            f"It is one of {found.service}.",
            "Correct the name in the document, or in what starts the replica.",
        )
    ports = [one.values["port"] for one in node.interfaces if isinstance(one.values.get("port"), int)]
    if ports and found.port is not None and found.port not in [port + seen.port_shift for port in ports]:
        yield _told(
            seen,
            f"{seen.word}-port",
            (name, str(found.port - seen.port_shift)),
            f"{node.id} listens on {ports[0] + seen.port_shift}.",
            place(of, below(node.interfaces[0].pointer, "port")),
            f"{name} listens on {found.port}.",
            "Give it its port back, or declare the new one.",
        )


def _extra(of: Architecture, seen: Running, declared: Collection[str]) -> Iterator[Drift]:
    for name, found in seen.replicas.items():
        if name in declared or found.service in seen.outside:
            continue
        near = next((node for node in of.nodes if node.is_service and service(node) == found.service), None)
        yield _told(
            seen,
            f"{seen.word}-extra",
            (name,),
            f"No node is {name} here.",
            place(of, near.metadata.at("deployment") if near else "/nodes"),
            f"A replica of {found.service} runs under that name.",
            "Add a node for it, or take it away; what lab ops scale has added goes with: lab ops undo",
        )


def _files(of: Architecture, seen: Running) -> Iterator[Drift]:
    if seen.files is None:
        return
    wanted: dict[str, tuple[Node, str]] = {}
    for node in of.nodes:
        for name, pointer, _ in names(node, seen.deployment):
            if name.startswith(FILES):
                wanted.setdefault(name, (node, pointer))
    for name, (node, pointer) in wanted.items():
        if name not in seen.files:
            yield _told(
                seen,
                "file-missing",
                (name,),
                f"{node.id} is the file {name}.",
                place(of, pointer),
                "There is no such file below the home.",
                "Find where the data is kept now, and declare that.",
            )


def _told(seen: Running, kind: str, about: tuple[str, ...], declared: str, at: Place, found: str, remedy: str) -> Drift:
    return drift(kind, about, declared=declared, at=at, seen=found, evidence=(seen.evidence,), remedy=remedy)
