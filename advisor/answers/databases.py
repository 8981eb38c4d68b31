"""Databases of a service, and what slowness of theirs may be: replication, or something that is known to go wrong."""

from collections.abc import Iterator, Mapping
from typing import Any

from advisor.answer import Answer, Line, Section, cited, fact, place
from advisor.answers.nodes import mode_section, modes
from advisor.asking.words import stems
from advisor.calm.model import Architecture, Node, Relationship
from advisor.calm.pointer import below
from advisor.failing import fallback

SLOW = frozenset(stems("slow latency wait waits long p99 timeout"))


def databases_of(of: Architecture, node: Node) -> list[tuple[Node, Relationship]]:
    """Return the databases that a service calls; a database is its own."""
    called = [(of.node[one.ends[1].node], one) for one in of.connections if one.ends[0].node == node.id]
    return [(store, one) for store, one in called if store.type == "database"]


def owner(of: Architecture, node: Node) -> Node:
    """Return the service that a database belongs to; a service is its own."""
    callers = [one.ends[0].node for one in of.connections if one.ends[1].node == node.id]
    services = [of.node[one] for one in callers if of.node[one].is_service]
    return services[0] if node.type == "database" and services else node


def database_latency(of: Architecture, node: Node) -> Answer:
    """Return what slowness of a service's databases may be, and whom to call."""
    asked = (databases(of, node), *replication(of, node), *known(of, node), dba(of, node))
    return Answer("database-latency", (node.id,), asked)


def databases(of: Architecture, node: Node) -> Section:
    """Return the databases that a service calls."""
    lines = (
        cited(
            of,
            store.id,
            "{role}: {why}",
            node=below(call.ends[1].pointer, "node"),
            role=place(store.metadata, "role"),
            why=below(call.pointer, "description"),
        )
        for store, call in databases_of(of, node)
    )
    return Section(f"Databases of {node.id}", tuple(lines), "none")


def replication(of: Architecture, node: Node) -> Iterator[Section]:
    """Yield how its databases are replicated, what follows for slowness, and how to see it."""
    stores = databases_of(of, node)
    yield Section("Could it be replication?", tuple(line for found in stores for line in _replicated(of, *found)), "no")
    for store, _ in stores:
        if store.metadata.text("role") == "replica":
            yield from (mode_section(of, store, pointer) for pointer, _ in modes(store))


def _replicated(of: Architecture, store: Node, call: Relationship) -> Iterator[Line]:
    yield fact(store.id, store.metadata, "replication")
    at = place(store.metadata, "replication")
    told = store.metadata.get("replication")
    mode = told.get("mode") if isinstance(told, Mapping) else None
    if not isinstance(mode, str):
        return
    judged = _judged(mode, is_replica=store.metadata.text("role") == "replica")
    yield cited(of, f"{store.id}, so", "{mode}: " + judged, mode=below(at, "mode"))
    if isinstance(told, Mapping) and told.get("deployments"):
        yield cited(
            of,
            f"{store.id}, where",
            "replicated under {deployments} only; elsewhere it cannot be the cause",
            deployments=below(at, "deployments"),
        )
    if instead := fallback(call)[1]:
        yield cited(of, f"{store.id}, instead", "when it does not answer, {instead}", instead=instead)


def _judged(mode: str, *, is_replica: bool) -> str:
    if mode == "none":
        return "no, nothing is replicated"
    if "async" not in mode:
        return "possible, a write waits until the replica has it"
    if is_replica:
        return "a late replica makes reads stale, or has them fall back; it is not slow for those who write"
    return "unlikely for writes, none of them waits for the replica"


def known(of: Architecture, node: Node) -> Iterator[Section]:
    """Yield the failure modes of a service and its databases that mean slowness, with their remedies."""
    for one in (node, *(store for store, _ in databases_of(of, node))):
        yield from (mode_section(of, one, at) for at, mode in modes(one) if is_slow(mode))


def is_slow(mode: Mapping[str, Any]) -> bool:
    """Whether the symptom of a failure mode is slowness."""
    return bool(SLOW & set(stems(str(mode.get("symptom", "")))))


def dba(of: Architecture, node: Node) -> Section:
    """Return the DBA of each database of a service, or of a database, with what helps them."""
    stores = [node] if node.type == "database" else [store for store, _ in databases_of(of, node)]
    lines = (
        cited(
            of,
            store.id,
            "{DBA}; backup {backup}, restored within {restore_time}",
            DBA=place(store.metadata, "dba-contact"),
            backup=place(store.metadata, "backup-schedule"),
            restore_time=place(store.metadata, "restore-time"),
        )
        for store in stores
    )
    return Section("DBA on call", tuple(lines))
