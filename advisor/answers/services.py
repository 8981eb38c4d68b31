"""Services and databases, one at a time: all that somebody on call asks about them."""

from collections.abc import Iterator

from advisor.answer import Answer, Line, Section, cited, fact
from advisor.answers.nodes import contact, health, known_nodes, mode_section, modes
from advisor.calm.model import Architecture, Node
from advisor.calm.pointer import below
from advisor.failing import fallback
from advisor.graph import flows_through

WHERE = (
    ("runbook", "runbook"),
    ("dashboard", "dashboard"),
    ("logs", "log-command"),
    ("log query", "log-query"),
    ("alerts", "alerts"),
)
KEPT = (
    ("role", "role"),
    ("replication", "replication"),
    ("backup", "backup-schedule"),
    ("restored within", "restore-time"),
    ("DBA", "dba-contact"),
)


def service(of: Architecture, node: Node) -> Answer:
    """Return everything about a node."""
    return Answer("service", (node.id,), tuple(_sections(of, node)))


def _sections(of: Architecture, node: Node) -> Iterator[Section]:
    yield Section("What it is", tuple(_head(of, node)))
    yield Section("Whom to call", tuple(contact(of, node)))
    if node.is_service:
        looked = [fact(name, node.metadata, key) for name, key in WHERE]
        yield Section("Where to look", (health(of, node), *looked))
    elif node.type == "database":
        yield Section("How it is kept", tuple(fact(name, node.metadata, key) for name, key in KEPT))
    yield Section("It calls", tuple(_calls(of, node, end=0)), "nobody")
    yield Section("It is called by", tuple(_calls(of, node, end=1)), "nobody")
    yield Section(
        "Flows",
        tuple(cited(of, one.id, "{flow}", flow=below(one.pointer, "name")) for one in flows_through(of, node.id)),
        "none",
    )
    yield from (mode_section(of, node, pointer) for pointer, _ in modes(node))


def _head(of: Architecture, node: Node) -> Iterator[Line]:
    yield cited(of, "name", "{name}", name=below(node.pointer, "name"))
    yield cited(of, "description", "{description}", description=below(node.pointer, "description"))
    yield fact("tier", node.metadata, "tier")


def _calls(of: Architecture, node: Node, *, end: int) -> Iterator[Line]:
    for one in of.connections:
        if one.ends[end].node != node.id:
            continue
        told = {"node": below(one.ends[1 - end].pointer, "node"), "why": below(one.pointer, "description")}
        if instead := fallback(one)[1]:
            yield cited(of, one.ends[1 - end].node, "{why} Instead: {instead}", instead=instead, **told)
        else:
            yield cited(of, one.ends[1 - end].node, "{why}", **told)


def contacts(of: Architecture, node: Node | None) -> Answer:
    """Return whom to call for a node, or for every node that has an owner."""
    if node is not None:
        return Answer("contacts", (node.id,), (Section(f"For {node.id}", tuple(contact(of, node))),))
    owned = [one for one in known_nodes(of, of.node) if one.metadata.text("owner") or one.is_service]
    lines = [line for one in owned for line in contact(of, one) if not line.name.endswith("further")]
    return Answer("contacts", (), (Section("Whom to call", tuple(lines)), Section("Teams", tuple(_teams(of)))))


def _teams(of: Architecture) -> Iterator[Line]:
    found, at = of.metadata.get("contacts"), of.metadata.at("contacts")
    for number, one in enumerate(found if isinstance(found, list) else ()):
        told = {
            key: below(at, number, name)
            for key, name in (("channel", "oncall-slack"), ("mail", "email"), ("next", "escalates-to"))
        }
        name = one.get("team") if isinstance(one, dict) else None
        if isinstance(name, str):
            yield cited(of, name, "{channel}, {mail}; then {next}", **told)
