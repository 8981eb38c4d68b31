"""Rules of the official validator about names: nodes, interfaces, relationships, flows, ids."""

from collections import Counter
from collections.abc import Iterable, Iterator

from advisor.calm.pointer import below
from advisor.lint.near import choose
from advisor.lint.rule import Case, Rule, Said


def _has_parts(case: Case) -> Iterator[Said]:
    for key in ("nodes", "relationships"):
        if key not in case.architecture.source.value:
            yield Said("", f"The document has no {key!r}.", f'Add "{key}": [ … ] at the top.')


def _ends_exist(case: Case) -> Iterator[Said]:
    nodes = case.architecture.node
    for one in case.architecture.relationships:
        for end in one.ends:
            if end.node and end.node not in nodes:
                pointer = below(end.pointer, "node") if one.kind == "connects" else end.pointer
                yield Said(
                    pointer,
                    f"{one.id} names the node {end.node!r}, which does not exist.",
                    choose(end.node, nodes, "add a node of that name"),
                )


def _interfaces_exist(case: Case) -> Iterator[Said]:
    for one in case.architecture.relationships:
        for end in one.ends:
            node = case.architecture.node.get(end.node)
            known = [interface.id for interface in node.interfaces] if node else []
            for number, name in enumerate(end.interfaces):
                if node is not None and name not in known:
                    yield Said(
                        below(end.pointer, "interfaces", number),
                        f"{one.id} names the interface {name!r}, which {end.node} does not have.",
                        choose(name, known, f"add that interface to {end.node}"),
                    )


def _ids_unique(case: Case) -> Iterator[Said]:
    document = case.architecture
    parts = [(node.id, node.pointer) for node in document.nodes]
    parts += [(one.id, one.pointer) for one in document.relationships]
    parts += [(one.id, one.pointer) for node in document.nodes for one in node.interfaces]
    return repeated(parts)


def repeated(parts: Iterable[tuple[str, str]]) -> Iterator[Said]:
    """Yield each id, given with the pointer of its part, that was there before."""
    seen: dict[str, str] = {}
    for name, pointer in parts:
        if name and seen.setdefault(name, pointer) != pointer:
            yield Said(
                below(pointer, "unique-id"),
                f"The id {name!r} is taken already, at {seen[name]}.",
                "Give this part an id of its own, and name it so wherever it is meant.",
            )


def _transitions_exist(case: Case) -> Iterator[Said]:
    known = case.architecture.relationship
    for flow in case.architecture.flows:
        for step in flow.transitions:
            if step.relationship and step.relationship not in known:
                yield Said(
                    below(step.pointer, "relationship-unique-id"),
                    f"{flow.id} passes {step.relationship!r}, which is no relationship.",
                    choose(step.relationship, known, "add a relationship of that name"),
                )


def _numbers_unique(case: Case) -> Iterator[Said]:
    for flow in case.architecture.flows:
        seen: Counter[int | None] = Counter()
        for step in flow.transitions:
            seen[step.number] += 1
            if step.number is not None and seen[step.number] > 1:
                yield Said(
                    below(step.pointer, "sequence-number"),
                    f"Two steps of {flow.id} have the number {step.number}.",
                    "Number the steps in the order in which they happen.",
                )


def _node_used(case: Case) -> Iterator[Said]:
    named = {end.node for one in case.architecture.relationships for end in one.ends}
    for node in case.architecture.nodes:
        if node.id and node.id not in named:
            yield Said(
                below(node.pointer, "unique-id"),
                f"No relationship names {node.id}.",
                "Add the relationship that it has with others, or remove the node.",
            )


RULES = (
    Rule("has-nodes-and-relationships", "error", "official", "Nodes and relationships are there.", _has_parts),
    Rule("node-exists", "error", "official", "Every node that a relationship names exists.", _ends_exist),
    Rule(
        "interface-exists",
        "error",
        "official",
        "Every interface that is named exists, on that node.",
        _interfaces_exist,
    ),
    Rule("id-unique", "error", "official", "Ids of nodes, relationships and interfaces are unique.", _ids_unique),
    Rule("transition-exists", "error", "official", "Flows pass relationships that exist.", _transitions_exist),
    Rule("sequence-unique", "error", "official", "No number stands twice in a flow.", _numbers_unique),
    Rule("node-used", "warning", "official", "Every node stands in a relationship.", _node_used),
)
