"""Pages about the whole: overview, lists, operations, documents, findings."""

from collections.abc import Iterator
from typing import Any

from advisor.calm.model import Architecture, Part
from advisor.candidates import shared_by_deployment
from advisor.lint.finding import Finding
from lab.arch import graph_svg
from lab.arch.site.library import Document, Kind
from lab.arch.site.material import Material, Page, listed, words
from lab.arch.site.node_page import call, contact, drawn, single_points
from lab.arch.site.prose import Prose, plain

SHOWN = frozenset({"monitoring", "contacts", "accepted-findings", "owner", "oncall-slack", "tier", "name"})
OF_PAGES = "page"


def further_pages(m: Material) -> Iterator[Page]:
    """Yield all that have something to tell."""
    yield _overview(m)
    yield from _lists(m)
    if page := _operations(m):
        yield page
    if decisions := m.library.of("Decision"):
        yield Page("decisions.html", "Decisions", OF_PAGES, "decisions.html", {"decisions": decisions})
    for document in m.library.documents.values():
        yield _document(m, document)
    yield _findings(m)


def _overview(m: Material) -> Page:
    of = m.of
    told = {key: value for key, value in of.metadata.items() if key not in SHOWN}
    facts: dict[str, Any] = {
        "of": of,
        "picture": graph_svg.svg(of, drawn(m, "", "Who calls whom")),
        "legend": list(_legend(of)),
        "single": single_points(of),
        "ground": [(*key, [node for node, _ in held]) for key, held in shared_by_deployment(of, of.nodes).items()],
        "told": told,
    }
    return Page("index.html", "Overview", OF_PAGES, "overview.html", facts, of.description)


def _legend(of: Architecture) -> Iterator[tuple[str, str]]:
    if any(node.metadata.text("tier") == "tier-1" for node in of.nodes):
        yield "tier", "tier 1"
    if any(node.metadata.get("external") is True for node in of.nodes):
        yield "dashed", "run by others"
    if any(one.is_queued for one in of.connections):
        yield "line dashed", "over a queue"
    if any(one.kind == "interacts" for one in of.relationships):
        yield "line dotted", "used by people"


def _lists(m: Material) -> Iterator[Page]:
    of = m.of
    if of.nodes:
        alone = {node.id for node, _ in single_points(of)}
        facts = {"nodes": of.nodes, "contact_of": lambda node: contact(of, node), "alone": alone}
        yield Page("nodes.html", "Nodes", OF_PAGES, "nodes.html", facts)
    if of.flows:
        facts = {"flows": of.flows, "contact_of": lambda flow: contact(of, flow)}
        yield Page("flows.html", "Flows", OF_PAGES, "flows.html", facts)
    if of.relationships:
        calls = [call(one, one.ends[1].node) for one in of.connections]
        others = [one for one in of.relationships if one not in of.connections]
        facts = {"calls": calls, "others": others}
        yield Page("relationships.html", "Relationships", OF_PAGES, "relationships.html", facts)


def _operations(m: Material) -> Page | None:
    contacts, monitoring = m.of.metadata.get("contacts"), m.of.metadata.get("monitoring")
    kinds: tuple[Kind, ...] = ("Runbook", "Flow guide", "Operations")
    facts: dict[str, Any] = {
        "contacts": [one for one in contacts if isinstance(one, dict)] if isinstance(contacts, list) else [],
        "monitoring": monitoring if isinstance(monitoring, dict) else {},
        "decorators": [(one.value, listed(one.value, "applies-to")) for one in m.decorators],
        "documents": {kind: found for kind in kinds if (found := m.library.of(kind))},
    }
    if not any(facts.values()):
        return None
    told = [contacts, monitoring, [one.value for one in m.decorators]]
    return Page("operations.html", "Operations", OF_PAGES, "operations.html", facts, " ".join(words(told)))


def _document(m: Material, one: Document) -> Page:
    page = Page(one.page, one.title, one.kind.lower(), "document.html")
    html = Prose(m.library, m.addresses, page.root).html(one)
    named = [part for part in m.of.told if m.library.named(_link(part)) == one]
    return Page(
        page.path, page.title, page.kind, page.template, {"document": one, "html": html, "named": named}, plain(one)
    )


def _link(part: Part) -> str:
    return part.metadata.text("runbook")


def _findings(m: Material) -> Page:
    found = [(one, _concerned(m, one)) for one in m.report.findings]
    accepted = [(one.finding, _concerned(m, one.finding), one.reason) for one in m.report.accepted]
    text = " ".join(one.message for one, _ in found)
    facts = {"report": m.report, "findings": found, "accepted": accepted}
    return Page("findings.html", "Findings", OF_PAGES, "findings.html", facts, text)


def _concerned(m: Material, finding: Finding) -> Part | None:
    """Return the part that a finding is about."""
    if finding.file != m.report.file:
        return None
    return next((one for one in m.of.parts if f"{finding.pointer}/".startswith(f"{one.pointer}/")), None)
