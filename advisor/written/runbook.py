"""The runbook of a service: who runs it, where to look, and a section for each failure mode."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.calm.model import Architecture, Node
from advisor.graph import callers, containers, dependencies, flows_through
from advisor.written.markdown import NOTE, code, console, contact, facts, link, sentence


def runbook(of: Architecture, replicas: list[Node]) -> str:
    """Return the runbook of a service; `replicas` are the nodes that it is."""
    return "\n\n".join(_pieces(of, replicas)) + "\n"


def _pieces(of: Architecture, replicas: list[Node]) -> Iterator[str]:
    first = replicas[0]
    metadata = first.metadata
    yield f"# {metadata.text('otel-service-name') or first.id}"
    yield NOTE
    yield sentence(first.description)
    yield facts(_facts(of, replicas))
    yield "Where it stands now:"
    yield console(["lab status", metadata.text("log-command") or "lab logs", "lab alerts", "lab top"])
    own = [mode for mode in metadata.get("failure-modes", ()) if isinstance(mode, dict)]
    yield from _modes(own)
    for store in stores(of, replicas):
        yield f"## {store.name}"
        yield sentence(store.description)
        yield facts(_kept(of, store))
        yield from _modes(store.metadata["failure-modes"], level="###")


def stores(of: Architecture, replicas: list[Node]) -> list[Node]:
    """Return the databases and brokers of a service that something is known to go wrong with."""
    used = [one for node in replicas for one in dependencies(of, node.id) if not of.node[one].is_service]
    found = dict.fromkeys(name for one in used for name in (one, *containers(of, one)) if name in of.node)
    return [of.node[name] for name in found if of.node[name].metadata.get("failure-modes")]


def _facts(of: Architecture, replicas: list[Node]) -> list[tuple[str, str]]:
    first = replicas[0].metadata
    reached = [f"http://127.0.0.1:{one.values['port']}" for node in replicas for one in node.interfaces]
    calls = dict.fromkeys(one for node in replicas for one in dependencies(of, node.id))
    called = dict.fromkeys(one for node in replicas for one in callers(of, node.id))
    flows = dict.fromkeys(flow.id for node in replicas for flow in flows_through(of, node.id))
    return [
        ("tier", first.text("tier")),
        ("on call", contact(of, first)),
        ("health", ", ".join(f"{url}{first.text('health-endpoint')}" for url in reached)),
        ("dashboard", link("Grafana", first.text("dashboard"))),
        ("logs", link("Grafana", first.text("logs"))),
        ("calls", code(calls)),
        ("called by", code(called)),
        ("flows", ", ".join(f"[{flow}](../flows/{flow}.md)" for flow in flows)),
        ("alerts", code(first.texts("alerts"))),
    ]


def _kept(of: Architecture, store: Node) -> list[tuple[str, str]]:
    metadata = store.metadata
    return [
        ("tier", metadata.text("tier")),
        ("on call", contact(of, metadata)),
        ("DBA", metadata.text("dba-contact")),
        ("backup", metadata.text("backup-schedule")),
        ("restored within", metadata.text("restore-time")),
        ("dashboard", link("Grafana", metadata.text("dashboard"))),
    ]


def _modes(modes: Sequence[Mapping[str, Any]], level: str = "##") -> Iterator[str]:
    for mode in modes:
        yield f"{level} {mode['symptom']}"
        yield facts(
            [
                ("likely cause", sentence(str(mode["likely-cause"]))),
                ("check", sentence(str(mode["check"]))),
                ("remedy", sentence(str(mode["remediation"]))),
                ("escalate to", str(mode["escalation"])),
                ("no command", sentence(str(mode.get("no-lever", ""))) if "no-lever" in mode else ""),
            ]
        )
        if lever := mode.get("lever"):
            yield console([str(lever)])
