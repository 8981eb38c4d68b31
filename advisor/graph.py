"""What the relationships of a document say about who calls whom, who is part of what, and how flows go."""

from collections.abc import Iterable, Iterator

from advisor.calm.model import BACK, Architecture, Flow, Relationship, Transition


def dependencies(of: Architecture, node: str) -> list[str]:
    """Return whom a node calls, in the order of the document."""
    called = (one.ends[1].node for one in of.connections if one.ends[0].node == node)
    return list(dict.fromkeys(called))


def callers(of: Architecture, node: str) -> list[str]:
    """Return who calls a node, in the order of the document."""
    return list(dict.fromkeys(one.ends[0].node for one in of.connections if one.ends[1].node == node))


def containers(of: Architecture, node: str) -> list[str]:
    """Return what a node is part of or deployed in, the nearest first."""
    found: list[str] = []
    level = [node]
    while level:
        level = [one for one in _holders(of, level) if one not in found and one != node]
        found += level
    return found


def _holders(of: Architecture, nodes: list[str]) -> Iterator[str]:
    for one in of.relationships:
        if one.kind in ("composed-of", "deployed-in") and {end.node for end in one.ends[1:]} & set(nodes):
            yield one.ends[0].node


def flows_through(of: Architecture, node: str) -> list[Flow]:
    """Return the flows that pass a node."""
    return [flow for flow in of.flows if node in nodes_of(of, flow)]


def nodes_of(of: Architecture, flow: Flow) -> list[str]:
    """Return the nodes that a flow passes, in the order in which it reaches them."""
    passed = (end for step in flow.transitions for way in ways(of, step) for end in way)
    return list(dict.fromkeys(passed))


def ways(of: Architecture, step: Transition) -> list[tuple[str, str]]:
    """Return from where to where a step of a flow goes: one pair, or one for each node that an actor uses."""
    one = of.relationship.get(step.relationship)
    if one is None or len(one.ends) < 2:
        return []
    pairs = [(one.ends[0].node, end.node) for end in one.ends[1:]]
    return [(there, here) for here, there in pairs] if step.direction == BACK else pairs


def awaited(of: Architecture, flow: Flow) -> list[Relationship]:
    """Return the calls that somebody waits for: those before the flow first goes over a queue."""
    found: dict[str, Relationship] = {}
    for step in flow.transitions:
        one = of.relationship.get(step.relationship)
        if one is None:
            continue
        if one.is_queued:
            break
        if one.kind == "connects" and step.direction != BACK:
            found.setdefault(one.id, one)
    return list(found.values())


def reached_from(of: Architecture, nodes: Iterable[str]) -> list[str]:
    """Return everything that is called from `nodes`, by way of others too, themselves left out."""
    found: dict[str, None] = {}
    level = list(nodes)
    first = set(level)
    while level:
        level = [one for node in level for one in dependencies(of, node) if one not in found]
        found.update(dict.fromkeys(level))
    return [one for one in found if one not in first]
