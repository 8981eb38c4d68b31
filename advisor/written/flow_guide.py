"""The support guide of a flow: what its outage means, what customers are told, and the way it takes."""

from collections.abc import Iterator

from advisor.calm.model import Architecture, Flow
from advisor.graph import nodes_of
from advisor.written.markdown import NOTE, code, console, contact, facts, link, sentence


def flow_guide(of: Architecture, flow: Flow) -> str:
    """Return the guide of one flow."""
    return "\n\n".join(_pieces(of, flow)) + "\n"


def _pieces(of: Architecture, flow: Flow) -> Iterator[str]:
    metadata = flow.metadata
    yield f"# {flow.name}"
    yield NOTE
    yield sentence(flow.description)
    yield facts(
        [
            ("tier", metadata.text("tier")),
            ("on call", contact(of, metadata)),
            ("promised", metadata.text("sla")),
            ("what an outage costs", sentence(metadata.text("business-impact"))),
            ("what still works", sentence(metadata.text("degraded-behavior"))),
            ("dashboard", link("Grafana", metadata.text("dashboard"))),
            ("status page", metadata.text("status-page")),
            ("alerts", code(metadata.texts("alerts"))),
        ]
    )
    yield "## What customers are told"
    yield f"> {metadata.text('customer-communication')}"
    yield "## What it costs now"
    yield console(["lab impact", "lab slo"])
    yield "## The way"
    yield "\n".join(_steps(of, flow))
    yield "## Whom to call"
    yield facts(_owners(of, flow))


def _steps(of: Architecture, flow: Flow) -> Iterator[str]:
    for step in flow.transitions:
        one = of.relationship.get(step.relationship)
        ends = " → ".join(end.node for end in one.ends[:2]) if one else step.relationship
        queued = ", over the queue" if one and one.is_queued else ""
        yield f"{step.number}. {sentence(step.description)} `{ends}`{queued}"


def _owners(of: Architecture, flow: Flow) -> Iterator[tuple[str, str]]:
    for name in nodes_of(of, flow):
        node = of.node.get(name)
        if node is not None and node.metadata.text("owner"):
            yield name, contact(of, node.metadata)
