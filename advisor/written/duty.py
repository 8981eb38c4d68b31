"""What one team answers for in one tier: its services, databases and flows, their alerts, and whom it asks next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from advisor.answers.nodes import by_service, modes
from advisor.calm.model import Architecture, Flow, Node
from advisor.written.markdown import anchor, code, contact, facts, link, table
from advisor.written.runbook import stores
from observability.slo.alertmanager import receiver
from observability.slo.presets import DRILL
from observability.slo.rules import Rule, ruleset

FOLDER = "docs/ops/"
SEVERITIES = ("page", "ticket")


@dataclass(frozen=True)
class Duty:
    """One team in one tier; of replicas the first."""

    tier: str
    team: str
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]

    @property
    def title(self) -> str:
        """What it is called: `orders-team, tier-1`."""
        return f"{self.team}, {self.tier}"

    @property
    def parts(self) -> tuple[Node | Flow, ...]:
        """Nodes and flows."""
        return (*self.nodes, *self.flows)


def duties(of: Architecture) -> list[Duty]:
    """Return them, the most important tier first, and teams as the document has them."""
    nodes = [node for node in by_service(of.nodes) if node.is_service or node.type == "database" or modes(node)]
    parts: list[Node | Flow] = [*nodes, *of.flows]
    found: dict[tuple[str, str], list[Node | Flow]] = {}
    for part in parts:
        if part.metadata.text("owner") and part.metadata.text("tier"):
            found.setdefault((part.metadata.text("tier"), part.metadata.text("owner")), []).append(part)
    return [
        Duty(
            tier,
            team,
            tuple(one for one in own if isinstance(one, Node)),
            tuple(one for one in own if isinstance(one, Flow)),
        )
        for (tier, team), own in sorted(found.items(), key=lambda one: one[0][0])
    ]


def pieces(of: Architecture, duty: Duty) -> Iterator[str]:
    """Yield what a team has to know."""
    rules = [
        rule
        for rule in ruleset(of.source.value, DRILL).rules
        if rule.subject.name in {_subject(one) for one in duty.parts}
    ]
    receivers = [receiver(duty.team, duty.tier, severity) for severity in SEVERITIES if rules]
    yield facts([("called", contact(of, duty.parts[0].metadata)), ("Alertmanager's receivers", code(receivers))])
    yield table(("what", "health", "DBA", "where to look", "what to do"), _whats(of, duty))
    if rules:
        yield table(("alerts about", "that page", "that are tickets"), _alerts(duty, rules))
    if escalations := list(_escalations(of, duty)):
        yield table(("when", "of", "ask next"), escalations)


def _subject(part: Node | Flow) -> str:
    return part.metadata.text("otel-service-name") or part.id


def _whats(of: Architecture, duty: Duty) -> Iterator[tuple[str, ...]]:
    for node in duty.nodes:
        metadata = node.metadata
        look = [link("dashboard", metadata.text("dashboard")), link("logs", metadata.text("logs"))]
        look += [code([command]) for command in [metadata.text("log-command")] if command]
        page = _page(of, node)
        yield (
            _subject(node),
            ", ".join(_health(of, node)),
            metadata.text("dba-contact"),
            ", ".join(filter(None, look)),
            link("runbook", page),
        )
    for flow in duty.flows:
        dashboard = link("dashboard", flow.metadata.text("dashboard"))
        guide = link("guide", flow.metadata.text("runbook").removeprefix(FOLDER))
        yield f"{flow.name} (flow)", "", "", ", ".join(filter(None, [dashboard, "`lab slo`"])), guide


def _health(of: Architecture, node: Node) -> Iterator[str]:
    if path := node.metadata.text("health-endpoint"):
        for one in _replicas(of, node):
            yield from (f"<http://127.0.0.1:{each.values['port']}{path}>" for each in one.interfaces)


def _replicas(of: Architecture, node: Node) -> list[Node]:
    name = node.metadata.text("otel-service-name")
    return [one for one in of.nodes if name and one.metadata.text("otel-service-name") == name]


def _page(of: Architecture, node: Node) -> str:
    """Return where its failure modes are told: its own runbook, or a section in that of a service that uses it."""
    if own := node.metadata.text("runbook"):
        return own.removeprefix(FOLDER)
    for user in by_service(of.nodes):
        if user.is_service and node in stores(of, _replicas(of, user)):
            return f"{user.metadata.text('runbook').removeprefix(FOLDER)}#{anchor(node.name)}"
    return ""


def _alerts(duty: Duty, rules: list[Rule]) -> Iterator[tuple[str, ...]]:
    for part in duty.parts:
        own = [rule for rule in rules if rule.subject.name == _subject(part)]
        by: Mapping[str, dict[str, None]] = {
            severity: {rule.name: None for rule in own if rule.severity == severity} for severity in SEVERITIES
        }
        if own:
            yield _subject(part), *(code(by[severity]) for severity in SEVERITIES)


def _escalations(of: Architecture, duty: Duty) -> Iterator[tuple[str, ...]]:
    for node in duty.nodes:
        page = _page(of, node).partition("#")[0]
        for _, mode in modes(node):
            symptom = str(mode["symptom"])
            yield link(symptom, f"{page}#{anchor(symptom)}"), _subject(node), str(mode["escalation"])
