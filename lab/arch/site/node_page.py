"""The page of a node: whom to call, what goes wrong with it, what it needs and who needs it, what stops without it."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.answers.nodes import modes, team_of
from advisor.calm.model import Architecture, Flow, Node, Relationship
from advisor.candidates import shared_by_deployment, stopped, worst
from advisor.failing import Effect, fallback, parts, replicas, verdicts
from advisor.graph import containers, flows_through
from lab.arch import graph_svg
from lab.arch.site.material import Material, Page, words

SHOWN = frozenset(
    {
        "owner", "oncall-slack", "tier", "dba-contact", "health-endpoint", "readiness-endpoint", "metrics-endpoint",
        "dashboard", "logs", "log-query", "log-command", "alerts", "runbook", "adr", "dependencies", "deployment",
        "failure-modes", "external", "otel-service-name", "backup-schedule", "restore-time",
    }
)  # fmt: skip
"""Metadata that has a place of its own on the page; all else is listed."""
ENDPOINTS = {"health-endpoint": "health", "readiness-endpoint": "ready", "metrics-endpoint": "metrics"}
FELT = {"fails": "stops", "goes on with less": "goes on with less", "is late": "is completed later"}


@dataclass(frozen=True)
class Call:
    """A call that a node makes or gets. `other`: the node at the far end."""

    by: Relationship
    other: str
    instead: str
    limits: Mapping[str, Any]


@dataclass(frozen=True)
class Felt:
    """What a flow feels of a failure."""

    flow: Flow
    effect: Effect
    how: str


def node_page(m: Material, node: Node) -> Page:
    """Return the page."""
    of = m.of
    path = m.addresses.part(node)
    facts: dict[str, Any] = {
        "part": node,
        "contact": contact(of, node),
        "external": node.metadata.get("external") is True,
        "calls": [call(one, one.ends[1].node) for one in of.connections if one.ends[0].node == node.id],
        "callers": [call(one, one.ends[0].node) for one in of.connections if one.ends[1].node == node.id],
        "uses": [(one, end.node) for one in _used(of, node, actor=True) for end in one.ends[1:]],
        "users": [(one, one.ends[0].node) for one in _used(of, node, actor=False)],
        "holders": containers(of, node.id),
        "held": parts(of, node.id)[1:],
        "flows": flows_through(of, node.id),
        "modes": [mode for _, mode in modes(node)],
        "endpoints": list(endpoints(node)),
        "runbook": m.library.named(node.metadata.text("runbook")),
        "decisions": m.decisions(node.id),
        "notes": m.notes(node.id),
        "rest": {key: value for key, value in node.metadata.items() if key not in SHOWN},
        "picture": _picture(m, node, "../"),
        **_if_it_fails(of, node),
    }
    found = " · ".join(words(of.source.at(node.pointer)))
    return Page(path, node.name or node.id or "Unnamed node", node.type or "node", "node.html", facts, found)


def _used(of: Architecture, node: Node, *, actor: bool) -> Iterator[Relationship]:
    for one in of.relationships:
        if one.kind == "interacts" and (node.id == one.ends[0].node) is actor and node.id in _ends(one):
            yield one


def _ends(one: Relationship) -> set[str]:
    return {end.node for end in one.ends}


def _if_it_fails(of: Architecture, node: Node) -> dict[str, Any]:
    failed = parts(of, node.id)
    rated = node.type not in ("actor", "system") and bool(flows_through(of, node.id))
    spare = [one for one in replicas(of, node.id) if one != node.id]
    ground = shared_by_deployment(of, of.nodes).items()
    return {
        "felt": [one for name, one in worst(of, failed).items() if name not in failed and name in of.node],
        "felt_flows": [Felt(flow, effect, FELT[effect.state]) for flow, effect in verdicts(of, failed)],
        "fallback": lambda effect: fallback(effect.by)[0] if effect.by else "",
        "rated": rated,
        "stops": [flow for flow, _ in stopped(of, node.id)] if rated else [],
        "spare": spare,
        "ground": [
            (where, name, [one for one, _ in held if one != node.id])
            for (where, name), held in ground
            if any(one == node.id for one, _ in held)
        ],
    }


def single_points(of: Architecture) -> list[tuple[Node, list[Flow]]]:
    """Return the nodes without which flows stop, with those flows; those that stop most first."""
    found = [
        (node, [flow for flow, _ in stopped(of, node.id)])
        for node in of.node.values()
        if node.type not in ("actor", "system")
    ]
    return sorted((one for one in found if one[1]), key=lambda one: -len(one[1]))


def contact(of: Architecture, one: Node | Flow) -> dict[str, str]:
    """Return whom to call: team, channel, mail, and who comes next; only what is known."""
    at = team_of(of, one)
    team = of.source.at(at) if at else {}
    told = {
        "owner": one.metadata.text("owner"),
        "on call": one.metadata.text("oncall-slack"),
        "mail": team.get("email"),
        "then": team.get("escalates-to"),
        "DBA": one.metadata.text("dba-contact"),
    }
    return {key: value for key, value in told.items() if isinstance(value, str) and value}


def call(one: Relationship, other: str) -> Call:
    """Return what is told of a call."""
    limits = {
        key: value for control in one.controls for config, _ in control.configs() for key, value in config.items()
    }
    return Call(one, other, fallback(one)[0], limits)


def endpoints(node: Node) -> Iterator[tuple[str, str]]:
    """Yield commands that ask a service how it is."""
    where = [one.values for one in node.interfaces if "port" in one.values]
    for key, name in ENDPOINTS.items():
        path = node.metadata.text(key)
        if path.startswith(("http://", "https://")):
            yield name, f"curl -s {shlex.quote(path)}"
        elif path:
            yield from ((name, f"curl -s {shlex.quote(_address(one, path))}") for one in where)


def _address(interface: Mapping[str, Any], path: str) -> str:
    scheme = "https" if interface.get("protocol") in ("HTTPS", "TLS", "mTLS") else "http"
    return f"{scheme}://{interface.get('host', 'localhost')}:{interface['port']}{path}"


def _picture(m: Material, node: Node, root: str) -> str:
    near = {node.id, *(one.id for one in _touching(m.of, node))}
    return graph_svg.svg(m.of, drawn(m, root, f"{node.id} and its neighbours", here=node.id), near)


def _touching(of: Architecture, node: Node) -> Iterable[Relationship]:
    return (one for one in of.relationships if one.kind in ("connects", "interacts") and node.id in _ends(one))


def drawn(m: Material, root: str, name: str, **more: Any) -> graph_svg.Page:
    """Return how a picture stands in a page."""
    return graph_svg.Page(
        name,
        node=lambda one: root + m.addresses.node(one),
        way=lambda one: root + m.addresses.relationship(one),
        **more,
    )
