"""Which parts of the document are meant by the places that faults are in: services, replicas, edges, queues."""

from collections.abc import Iterable, Iterator, Sequence

from advisor.blast.subjects import Broken
from advisor.calm.model import Architecture, Node, Relationship
from advisor.live.signs import who
from lab.errors import Usage

ARROW = "->"
STORES = {"database": ("database",), "queue": ("data-asset", "system")}
"""Families of faults between a service and what it stores in → types of nodes that are meant."""

AT_ONCE = frozenset(
    {
        "api.status",
        "api.malformed",
        "api.dropped_response",
        "database.error",
        "queue.error",
        "network.reset_peer",
        "network.limit_data",
        "process.kill",
        "process.restart",
    }
)
"""Faults that answer at once, if wrongly; whoever meets another one may have to wait."""


def broken(of: Architecture, places: Iterable[tuple[str, str]]) -> Broken:
    """Return what faults break, each with a place that it is in. Raises Usage when the document has none of it."""
    wanted = list(places)
    parts = {part.id: part for fault, place in wanted for part in _parts(of, fault, place)}
    if not parts:
        told = ", ".join(sorted({place for _, place in wanted})) or "nowhere"
        raise Usage(f"The document does not have what was broken: {told}.", hint="See what it has: lab arch show")
    return Broken(tuple(parts.values()), refusing=all(fault in AT_ONCE for fault, _ in wanted))


def _parts(of: Architecture, fault: str, place: str) -> Sequence[Node | Relationship]:
    """Return the nodes or calls that a fault at a place breaks."""
    if ARROW in place:
        caller, _, callee = place.partition(ARROW)
        return [one for one in of.connections if _is(of, one, 0, caller) and _is(of, one, 1, callee)]
    nodes = list(_nodes(of, place))
    types = STORES.get(fault.partition(".")[0])
    if types is None:
        return nodes
    ids = {node.id for node in nodes}
    return [one for one in of.connections if one.ends[0].node in ids and of.node[one.ends[1].node].type in types]


def _is(of: Architecture, call: Relationship, end: int, name: str) -> bool:
    return name in (who(of.node[call.ends[end].node]), call.ends[end].node)


def _nodes(of: Architecture, place: str) -> Iterator[Node]:
    """Yield the nodes of a service, or that of a replica; one that was added later belongs to the last."""
    known = [node for node in of.nodes if place in (who(node), node.id)]
    deployed = [node for node in of.nodes if place in _replicas(node)]
    if found := deployed or known:
        yield from found
        return
    service = place.rpartition("-")[0]
    yield from [node for node in of.nodes if service and who(node) == service][-1:]


def _replicas(node: Node) -> list[str]:
    told = node.metadata.get("deployment")
    named = told.get("embedded") if isinstance(told, dict) else None
    return named if isinstance(named, list) else []
