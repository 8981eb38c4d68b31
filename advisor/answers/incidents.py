"""The summary of an incident, from what somebody found out in their own words."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from advisor.answer import UNKNOWN, Answer, Line, Section, Source, cited, fact, place
from advisor.answers.flows import meaning
from advisor.answers.nodes import by_service, known_nodes, mode_line, modes, ownership
from advisor.asking.naming import named
from advisor.asking.relevance import relevance
from advisor.calm.errors import NotUnderstood
from advisor.calm.model import Architecture, Node
from advisor.calm.pointer import below
from advisor.candidates import worst
from advisor.graph import nodes_of

LIKE = 3
"""How much a failure mode has to resemble what was found."""
Mode = tuple[Node, str, Mapping[str, Any]]


def incident_summary(of: Architecture, said: str, named: list[str]) -> Answer:
    """Return the summary; `named` are the nodes of the story, the cause first."""
    nodes = list(known_nodes(of, named))
    hit = list(known_nodes(of, [name for name in worst(of, named) if name not in named]))
    flows = [flow for flow in of.flows if set(named) & set(nodes_of(of, flow))]
    found = _fitting(said, nodes)
    sections = (
        Section("Affected services and their tiers", tuple(ownership(of, one) for one in [*nodes, *hit])),
        Section("Flows affected", tuple(ownership(of, one) for one in flows), "none"),
        *(meaning(one) for one in flows),
        Section("Timeline of dependency failures", tuple(_timeline(of, nodes, hit, found))),
        Section("Remediation", tuple(_remedies(of, found)), "no failure mode of the document fits"),
        Section("Follow-up", tuple(_follow_up(of, nodes, found))),
    )
    return Answer("incident-summary", tuple(named), sections)


def cause_first(of: Architecture, said: str) -> list[str]:
    """Return the nodes of a story: its order, as people tell the cause first. Raises NotUnderstood."""
    found = [one for one in named(of, said).ids if one in of.node]
    if not found:
        raise NotUnderstood("What happened?", hint='Tell it: lab advise incident-summary "the load balancer …"')
    return found


def _fitting(said: str, nodes: list[Node]) -> list[Mode]:
    """Return the failure mode of each service that fits what was found; of replicas, of the one that was told last."""
    found = []
    for node in reversed(by_service(reversed(nodes))):
        ranked = [(relevance(said, mode), pointer, mode) for pointer, mode in modes(node)]
        best = max(ranked, key=lambda one: one[0], default=(0, "", {}))
        if best[0] >= LIKE:
            found.append((node, best[1], best[2]))
    return found


def _timeline(of: Architecture, nodes: list[Node], hit: list[Node], found: list[Mode]) -> Iterator[Line]:
    """Yield what failed after what, as calls and failure modes have it. The document knows no hours."""
    seen: list[str] = []
    for number, node in enumerate([*nodes, *hit], 1):
        yield _step(of, f"{number}. {node.id}", node, seen, found)
        seen.append(node.id)
    yield Line(
        "when",
        f"{UNKNOWN}: the document holds no hours; a running lab does (lab alerts --history)",
        (Source("document", below(of.metadata.pointer, "monitoring")),),
        known=False,
    )


def _step(of: Architecture, name: str, node: Node, seen: list[str], found: list[Mode]) -> Line:
    told = {"node": below(node.pointer, "unique-id")}
    text = "it begins here" if not seen else "follows"
    joined = next(
        (
            one
            for one in of.connections
            for ends in [{end.node for end in one.ends}]
            if node.id in ends and ends & set(seen) - {node.id}
        ),
        None,
    )
    if joined is not None:
        told |= {
            "source": below(joined.ends[0].pointer, "node"),
            "callee": below(joined.ends[1].pointer, "node"),
            "why": below(joined.pointer, "description"),
        }
        text = "{source} → {callee}: {why}"
    if mode := next((at for one, at, _ in found if one.id == node.id), ""):
        told |= {"symptom": below(mode, "symptom"), "cause": below(mode, "likely-cause")}
        text += " Known as: {symptom}; {cause}" if joined else "; known as: {symptom}; {cause}"
    return cited(of, name, text, **told)


def _remedies(of: Architecture, found: list[Mode]) -> Iterator[Line]:
    for node, at, mode in found:
        yield cited(of, node.id, "{remedy}", remedy=below(at, "remediation"))
        if "lever" in mode or "no-lever" in mode:
            line = mode_line(of, at, "lever")
            yield replace(line, name=f"{node.id}, {line.name}")
    if found:
        yield Line(
            "taken",
            f"{UNKNOWN} which of them were taken; a running lab does (lab ops history)",
            tuple(Source("document", below(at, "remediation")) for _, at, _ in found),
            known=False,
        )


def _follow_up(of: Architecture, nodes: list[Node], found: list[Mode]) -> Iterator[Line]:
    for node in by_service(nodes):
        for control in node.controls:
            if control.name in ("failover", "high-availability", "circuit-breaker"):
                yield from _controlled(of, node, control.name, [at for _, at in control.configs()])
        yield cited(
            of, f"{node.id}, watch", "see that these fire for it: {alerts}", alerts=place(node.metadata, "alerts")
        )
        yield fact(f"{node.id}, bring up to date", node.metadata, "runbook")
    fitting = {node.id for node, _, _ in found}
    for node in by_service(nodes):
        if node.id not in fitting:
            yield cited(
                of,
                f"{node.id}, write down",
                "none of its failure modes fits this one: {known}",
                known=place(node.metadata, "failure-modes") + "/0/symptom",
            )


def _controlled(of: Architecture, node: Node, name: str, configs: list[str]) -> Iterator[Line]:
    for at in configs:
        said = "test what is promised: {promise}"
        told = {"promise": below(at, "description")}
        settings = [key for key in of.source.at(at) if key not in ("control-id", "name", "description")]
        for number, key in enumerate(settings):
            said += f"{'; ' if number else ' As it stands: '}{key} {{s{number}}}"
            told[f"s{number}"] = below(at, key)
        yield cited(of, f"{node.id}, {name}", said, **told)
