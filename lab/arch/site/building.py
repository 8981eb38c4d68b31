"""All files of the site, before any is written."""

from collections.abc import Iterator
from pathlib import Path

from advisor.calm.errors import BadDocument
from advisor.calm.model import Architecture
from advisor.calm.source import shown
from advisor.lint.companions import is_decorator, is_timeline
from lab.arch import graph_svg
from lab.arch.site.flow_page import flow_page
from lab.arch.site.further_pages import further_pages
from lab.arch.site.material import Material, Page, material
from lab.arch.site.node_page import node_page
from lab.arch.site.relationship_page import relationship_page
from lab.arch.site.search_index import script
from lab.arch.site.templates import Templates
from lab.arch.site.timeline_page import timeline_page

STATIC = Path(__file__).parent / "static"


def files(of: Architecture) -> dict[str, str]:
    """Return the text of every file, by its path from the top of the site on. Raises BadDocument."""
    _ensure_it_is_one(of)
    m = material(of)
    pages = {page.path: page for page in _pages(m)}
    templates = Templates(m)
    return {
        **{path: templates.html(page, pages) for path, page in pages.items()},
        "site.css": graph_svg.STYLE + (STATIC / "site.css").read_text(encoding="utf-8"),
        "site.js": (STATIC / "site.js").read_text(encoding="utf-8"),
        "search-index.js": script(pages.values()),
    }


def _pages(m: Material) -> Iterator[Page]:
    """Yield all pages, in the order in which the search tells of those that fit equally well."""
    yield from (node_page(m, one) for one in m.of.nodes)
    yield from (flow_page(m, one) for one in m.of.flows)
    yield from further_pages(m)
    if page := timeline_page(m):
        yield page
    yield from (relationship_page(m, one) for one in m.of.relationships)


def _ensure_it_is_one(of: Architecture) -> None:
    path = shown(of.source.path)
    if is_timeline(of.source.value) or is_decorator(of.source.value):
        hint = "Give the architecture that it belongs to; what lies beside it comes along."
        raise BadDocument(f"{path} is a timeline or a decorator.", hint=hint)
    if not of.nodes and not of.relationships:
        raise BadDocument(f"{path} has neither nodes nor relationships.", hint="Give a CALM architecture.")
