"""What is told of nodes wherever they come up: who runs them, where they answer, what goes wrong with them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from advisor.answer import UNKNOWN, Line, Section, Source, cited, place
from advisor.calm.model import Architecture, Flow, Node
from advisor.calm.pointer import below

MODE = {
    "symptom": "symptom",
    "likely-cause": "likely cause",
    "check": "check",
    "remediation": "remedy",
    "escalation": "escalate to",
    "lever": "type",
    "no-lever": "no command",
}
"""What may be told of a failure mode, and what it is called here."""
WHOLE = ("symptom", "likely-cause", "check", "remediation", "escalation", "lever")
"""What is told of each: instead of a lever also why there is none."""


def ownership(of: Architecture, one: Node | Flow, **more: str) -> Line:
    """Return tier, owner and channel in one line."""
    told = {key: place(one.metadata, key) for key in ("tier", "owner")}
    channel = place(one.metadata, "oncall-slack")
    return cited(of, one.id, "{tier}, {owner}, {on_call}", **told, on_call=channel, **more)


def known_nodes(of: Architecture, ids: Iterable[str]) -> Iterator[Node]:
    """Yield those that are no actors."""
    return (of.node[one] for one in ids if one in of.node and of.node[one].type != "actor")


def contact(of: Architecture, one: Node | Flow) -> Iterator[Line]:
    """Yield whom to call for a part: team, channel, mail, and who comes next."""
    yield cited(
        of,
        one.id,
        "{owner}, {on_call}",
        owner=place(one.metadata, "owner"),
        on_call=place(one.metadata, "oncall-slack"),
    )
    if "dba-contact" in one.metadata or (isinstance(one, Node) and one.type == "database"):
        yield cited(of, f"{one.id}, DBA", "{DBA}", DBA=place(one.metadata, "dba-contact"))
    if team := team_of(of, one):
        told = {key: below(team, at) for key, at in (("mail", "email"), ("next", "escalates-to"))}
        yield cited(of, f"{one.id}, further", "{mail}; then {next}", **told)


def team_of(of: Architecture, one: Node | Flow) -> str:
    """Return where the contacts of the owner stand."""
    contacts = of.metadata.get("contacts")
    for number, found in enumerate(contacts if isinstance(contacts, list) else ()):
        if isinstance(found, dict) and found.get("team") == one.metadata.text("owner") != "":
            return below(of.metadata.at("contacts"), number)
    return ""


def health(of: Architecture, node: Node, why: str = "") -> Line:
    """Return where to ask a service whether it is well."""
    endpoint = place(node.metadata, "health-endpoint")
    if not node.interfaces:
        return Line(
            node.id, f"address: {UNKNOWN}", (Source("document", below(node.pointer, "interfaces")),), known=False
        )
    at = node.interfaces[0].pointer
    where = {"host": below(at, "host"), "port": below(at, "port"), "endpoint": endpoint}
    behind = f" – {why.replace('{', '').replace('}', '')}" if why else ""
    return cited(of, node.id, "GET http://{host}:{port}{endpoint}" + behind, **where)


def modes(node: Node) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the failure modes of a node, with their pointers."""
    found = node.metadata.get("failure-modes")
    at = node.metadata.at("failure-modes")
    told = enumerate(found if isinstance(found, list) else ())
    return [(below(at, number), mode) for number, mode in told if isinstance(mode, dict)]


def mode_section(of: Architecture, node: Node, pointer: str, keys: Iterable[str] = WHOLE) -> Section:
    """Return one failure mode, a line for each thing that is told of it."""
    number = int(pointer.rpartition("/")[2]) + 1
    lines = (mode_line(of, pointer, key) for key in keys)
    return Section(f"{node.id}, failure mode {number}", tuple(_told(lines)))


def mode_line(of: Architecture, pointer: str, key: str) -> Line:
    """Return one thing that is told of a failure mode; instead of its lever also why it has none."""
    if key == "lever" and "lever" not in (mode := of.source.at(pointer)) and "no-lever" in mode:
        key = "no-lever"
    return cited(of, MODE[key], "{it}", it=below(pointer, key))


def _told(lines: Iterable[Line]) -> Iterator[Line]:
    return (line if line.known else Line(line.name, UNKNOWN, line.sources, known=False) for line in lines)


def by_service(nodes: Iterable[Node]) -> list[Node]:
    """Return nodes without the further replicas of those before them."""
    found: dict[str, Node] = {}
    for node in nodes:
        found.setdefault(node.metadata.text("otel-service-name") or node.id, node)
    return list(found.values())
