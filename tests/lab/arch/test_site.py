"""Claims about the site that is written from an architecture document."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.calm.errors import BadDocument
from advisor.calm.reading import load
from advisor.calm.source import DOCUMENT
from lab.arch.site.building import files
from tests.support.calm_documents import changed, sound, written
from tests.support.site_pages import SCRIPTS, SitePage, mistakes, read, schemes

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
PLAIN = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "shop", "till", "a-b", "#", "x.md"])
ANY = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
MOMENTS = sorted((DOCUMENT.parent / "moments").iterdir())


@cache
def ours() -> dict[str, str]:
    """Return the site of our document."""
    return files(load())


def site(folder: Path, document: Any) -> dict[str, str]:
    """Return the site of a document."""
    return files(load(written(folder, document)))


def page(path: str) -> SitePage:
    """Return a page of our own site."""
    return SitePage(path, ours()[path])


def _bare(document: Any) -> None:
    """Leave what CALM asks for and nothing else."""
    for part in (document, *document["nodes"], *document["relationships"]):
        for key in ("metadata", "controls", "interfaces", "adrs", "flows", "name" if part is document else "x"):
            part.pop(key, None)


def _same_names(document: Any) -> None:
    """Ids that make the same name of a file, or none at all."""
    for node, name in zip(document["nodes"], ("Shop", "shop", "../../shop", "店"), strict=True):
        node["unique-id"] = name


@pytest.mark.parametrize("change", [lambda _: None, _bare, _same_names], ids=["sound", "bare", "same names"])
def test_links_lead_somewhere_in_any_document(tmp_path: Path, change: Any) -> None:
    """No dead link, no id twice, no page that nothing leads to, every tag closed."""
    found = site(tmp_path, changed(change))
    assert mistakes(found) == []
    assert all(path == path.lower() and ".." not in path for path in found)


@pytest.mark.parametrize("document", [DOCUMENT, *MOMENTS], ids=lambda file: file.stem)
def test_links_lead_somewhere_in_our_documents(document: Path) -> None:
    """The same; and nothing is taken from another machine: links out of the site are there to be clicked."""
    found = ours() if document == DOCUMENT else files(load(document))
    assert mistakes(found) == []
    assert schemes(found) <= {"http", "mailto", "data"}
    assert not {name for name in ("site.css", "site.js") if "http" in found[name] or "url(" in found[name]}
    assert {one.tags["script"] for one in read(found).values()} == {len(SCRIPTS)}


def test_links_that_are_wrong_are_caught() -> None:
    """What the check above is worth."""
    broken = {
        "index.html": '<a href="gone.html"></a><a href="a.html#gone"></a><i id="x"></i><i id="x"></i>',
        "a.html": "",
        "alone.html": "",
    }
    assert len(mistakes(broken)) == 4


def test_every_part_and_document_has_a_page() -> None:
    """Nodes, flows, relationships, runbooks, flow guides, decisions; and the search knows all of them."""
    of = load()
    told = {f"{folder}/{one.id}.html" for folder, parts in _folders(of) for one in parts}
    assert told <= set(ours())
    operations = {f"documents/docs-ops-{one.parent.name}-{one.stem}.html" for one in _operations()}
    assert operations <= set(ours())
    assert len([path for path in ours() if path.startswith("documents/docs-adr-")]) == 4
    index = json.loads(ours()["search-index.js"].removeprefix("window.searchIndex = ").removesuffix(";\n"))
    assert {path for _, _, path, _ in index} == {path for path in ours() if path.endswith(".html")}


def _folders(of: Any) -> list[tuple[str, Any]]:
    return [("nodes", of.nodes), ("flows", of.flows), ("relationships", of.relationships)]


def _operations() -> list[Path]:
    return sorted((DOCUMENT.parents[1] / "docs" / "ops").glob("*/*.md"))


def test_a_node_tells_what_somebody_on_call_needs() -> None:
    """Whom to call, where to look, what goes wrong, what else is hit, what it stands on."""
    told = page("nodes/order-service.html")
    for fact in (
        "orders-team", "#oncall-orders", "tier-1", "then #incident-command", "curl -s http://localhost:8084/health",
        "lab logs order", "It is a single point of failure", "lab ops set order pool_size=10",
        "Database connection pool exhausted", "deployment/order-service", "OrderServiceLatency", "They are safe.",
        "99.9 % of the requests that count", "fails by its call of order-service",
    ):  # fmt: skip
        assert fact in told.text, fact
    for link in (
        "../nodes/payment-service.html", "../nodes/fulfilment-worker.html", "../flows/refund-flow.html",
        "../relationships/order-service-to-payment-service.html", "../documents/docs-ops-runbooks-order-service.html",
        "http://127.0.0.1:3000/d/service?var-service=order-service",
    ):  # fmt: skip
        assert link in told.links, link


@pytest.mark.parametrize(
    ("node", "says"),
    [
        ("api-gateway-1", "It is no single point of failure: api-gateway-2 does the same work."),
        ("payment-service", "It is no single point of failure. No flow stops without it."),
        ("order-database-primary", "restored within 20 minutes"),
        ("order-database-primary", "postgres is shared with inventory-database, payment-database, billing-database"),
        ("message-broker", "Use a message queue for what the customer need not wait for"),
        ("fulfilment-worker", "ecommerce-platform-incidents"),
        ("customer", "uses web-frontend"),
    ],
)
def test_nodes_tell_what_follows_for_them(node: str, says: str) -> None:
    """From the graph, from deployment, from decisions, from files beside the document."""
    assert says in page(f"nodes/{node}.html").text


def test_a_flow_tells_what_its_outage_means_and_the_way_it_takes() -> None:
    """Steps in order, each with its ends; the picture has the same numbers at its lines."""
    told = page("flows/order-processing-flow.html")
    for fact in (
        "direct revenue loss", "orders are taken under reserve", "we confirm it by mail as soon as it is done",
        "99.9% availability, 30s p99 latency", "orders-team", "customer → web-frontend", "AMQP, over a queue",
        "otherwise: the order is taken as payment_pending",
    ):  # fmt: skip
        assert fact in told.text, fact
    steps = [one.description for one in load().flows[0].transitions]
    places = [told.text.index(step) for step in steps if steps.count(step) == 1]
    assert places == sorted(places)
    assert " 7, 13 " in told.text
    assert "../documents/docs-ops-flows-order-processing-flow.html" in told.links


def test_the_graph_is_clicked_through() -> None:
    """On the overview every node that takes part and every call is a link, on a node's page its neighbours."""
    of = load()
    drawn = {end.node for one in of.relationships if one.kind in ("connects", "interacts") for end in one.ends}
    links = page("index.html").links
    assert {f"nodes/{one}.html" for one in drawn} <= set(links)
    assert {f"relationships/{one.id}.html" for one in of.connections} <= set(links)


def test_the_timeline_tells_what_changed_between_moments() -> None:
    """In the order of the moments, each against the one before."""
    told = page("timeline.html")
    assert told.headings[1:] == ["Before hardening", "Hardened", "After the autumn sale now"]
    assert "+ added: node api-gateway-2" in told.text
    assert '~ metadata/dependencies changed ["api-gateway-1"] → ["api-gateway-1", "api-gateway-2"]' in told.text
    assert told.text.count("Against the moment before:") == 2


def test_what_is_wrong_and_what_is_accepted_is_told(tmp_path: Path) -> None:
    """With its line, its remedy, its reason, and the part that it is about."""
    assert "A page waits for stock figures at most 1.5 s" in page("findings.html").text
    assert "../flows/inventory-check-flow.html".removeprefix("../") in page("findings.html").links

    def change(document: Any) -> None:
        document["relationships"][1]["protocol"] = "SMTP"

    told = SitePage("findings.html", site(tmp_path, changed(change))["findings.html"])
    assert "1 error, no warnings" in told.text
    assert "relationships/shop-to-till.html" in told.links


def test_what_a_document_does_not_tell_is_left_out(tmp_path: Path) -> None:
    """No heading without anything below it, no empty fact, no None."""
    found = read(site(tmp_path, changed(_bare)))
    assert set(found["nodes/shop.html"].headings) == {"Shop", "Whom it calls", "People"}
    assert not {"flows.html", "operations.html", "decisions.html", "timeline.html"} & found.keys()
    assert not [path for path, one in found.items() if "None" in one.text or "Undefined" in one.text]


def _everywhere(value: Any) -> Any:
    """Put something hostile behind every text that is no name of something else."""
    if isinstance(value, dict):
        kept = ("$schema", "node-type", "protocol", "requirement-url", "owner")
        return {key: one if key in kept else _everywhere(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_everywhere(one) for one in value]
    return f"{value}{HOSTILE}" if isinstance(value, str) else value


def test_nothing_in_a_document_becomes_markup(tmp_path: Path) -> None:
    """Tags, attributes, addresses that run, expressions of templates: in every text, ids and keys included."""
    document = _everywhere(sound())
    shop = document["nodes"][1]["metadata"]
    shop |= {"dashboard": "javascript:alert(3)", "logs": "data:text/html,x", HOSTILE: {HOSTILE: [{HOSTILE: HOSTILE}]}}
    shop["runbook"], document["metadata"]["monitoring"]["x"] = "runbook.md", 'http://x/"onmouseover="alert(4)'
    file = written(tmp_path, document)
    (tmp_path / "runbook.md").write_text(
        f"# {HOSTILE}\n\n{HOSTILE} [a](javascript:alert(5)) ![b](x.png)\n\n"
        f"<script>alert(6)</script>\n\n```\n{HOSTILE}\n```\n"
    )
    found = files(load(file))
    assert mistakes(found) == []
    assert schemes(found) <= {"http", "https", "data"}
    for one in read(found).values():
        assert one.tags["script"] == len(SCRIPTS)
        assert one.tags["img"] == 0
        assert not [name for name in one.attributes if name.startswith("on")]
        assert not [
            link for link in one.links if link.startswith("data:") and not link.startswith("data:image/svg+xml,")
        ]
        assert "49" not in one.text
    assert "<script>alert(1)</script>" in SitePage("x", found["index.html"]).text


def test_runbooks_are_rendered_and_link_to_pages() -> None:
    """Other documents, parts in code, headings; comments are gone, what has no page is named."""
    told = page("documents/docs-ops-runbooks-order-service.html")
    assert "../documents/docs-ops-flows-refund-flow.html" in told.links
    assert "../nodes/inventory-service.html" in told.links
    assert "high-latency-more-than-2-s-p99" in told.ids
    assert "Written from architectures" not in told.text
    assert told.tags["table"] > 5
    decision = page("documents/docs-decisions-0017-rabbitmq.md".replace(".md", ".html"))
    assert "<!--" not in decision.text


def test_links_in_documents_follow_their_files(tmp_path: Path) -> None:
    """To a heading, to another document; two headings of one name; a link that the site has nothing for is text."""
    file = written(tmp_path, sound())
    (tmp_path / "runbook.md").write_text(
        "# Run\n\n## Twice\n\n## Twice\n\n[a](adr.md#there) [b](#twice-1) [c](#gone) [d](other.md) [f](.) "
        "[e](https://x.example/) `till` <b>bold</b>\n"
    )
    found = read(files(load(file)))["documents/runbook.html"]
    links = [link for link in found.links if "documents/" in link or "x.example" in link]
    assert links == [
        "../documents/adr.html#there",
        "../documents/runbook.html#twice-1",
        "../documents/runbook.html",
        "https://x.example/",
    ]
    assert "../operations.html" in found.links
    assert "f (.)" not in found.text
    assert "d (other.md)" in found.text
    assert "../nodes/till.html" in found.links
    assert "<b>bold</b>" in found.text


def test_files_outside_of_the_project_are_not_taken(tmp_path: Path) -> None:
    """Neither by their path nor by a link in the file system; a name that cannot be is no reason to fail."""
    inside = tmp_path / "project"
    inside.mkdir()
    (tmp_path / "secret.md").write_text("# Secret\n")

    def change(document: Any) -> None:
        document["adrs"] = ["../secret.md", "link.md", str(tmp_path / "secret.md"), "x" * 5000 + ".md", "\0.md"]

    file = written(inside, changed(change))
    (inside / "link.md").symlink_to(tmp_path / "secret.md")
    assert "Secret" not in "".join(files(load(file)).values())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_at_any_place_makes_a_site_or_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    """Each place of a sound document in turn holds something else."""
    document: Any = sound()
    holder, key = document, data.draw(st.sampled_from(sorted(document)))
    while isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans()):
        holder = holder[key]
        keys = sorted(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = data.draw(st.sampled_from(keys))
    holder[key] = data.draw(ANY)
    try:
        found = site(tmp_path, json.dumps(document))
    except BadDocument:
        assert not any(isinstance(document.get(key), list) and document[key] for key in ("nodes", "relationships"))
    else:
        assert mistakes(found) == []
