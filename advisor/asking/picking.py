"""Parts by the name that somebody types for them."""

from advisor.asking.naming import named
from advisor.calm.errors import UnknownPart
from advisor.calm.model import Architecture, Flow, Node, Relationship
from advisor.graph import flows_through
from advisor.part import part


def node(of: Architecture, name: str) -> Node:
    """Return the node of that id, or that is called so. Raises UnknownPart."""
    if name in of.node:
        return of.node[name]
    for one in named(of, name).ids:
        if one in of.node:
            return of.node[one]
    found = part(of, name)
    if isinstance(found, Node):
        return found
    raise UnknownPart(f"{name} is no node.", hint=f"Name one of: {', '.join(of.node)}.")


def breakable(of: Architecture, name: str) -> Node | Relationship:
    """Return what can fail: the call of that id, or else a node. Raises UnknownPart."""
    call = of.relationship.get(name)
    return call if call is not None and call in of.connections else node(of, name)


def nodes(of: Architecture, names: tuple[str, ...]) -> list[str]:
    """Return the ids of nodes, each once. Raises UnknownPart."""
    return list(dict.fromkeys(node(of, name).id for name in names))


def flow(of: Architecture, name: str) -> Flow:
    """Return the flow of that id, or that is called so. Raises UnknownPart."""
    for wanted in (name, *named(of, name).ids):
        for one in of.flows:
            if one.id == wanted:
                return one
    raise UnknownPart(
        f"The document has no flow called {name}.", hint=f"Name one of: {', '.join(one.id for one in of.flows)}."
    )


def flows(of: Architecture, text: str) -> list[Flow]:
    """Return the flows that a text names, or that pass what it names. Raises UnknownPart."""
    ids = named(of, text).ids
    if found := [one for one in of.flows if one.id in ids]:
        return found
    passing = {one.id: one for name in ids if name in of.node for one in flows_through(of, name)}
    return list(passing.values()) or [flow(of, text)]
