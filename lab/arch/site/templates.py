"""From pages to HTML. Whatever a document says is text: nothing of it becomes markup."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from advisor.durations import shown as duration
from lab.arch import difference_text
from lab.arch.site.addresses import Addresses
from lab.arch.site.library import Library, list_of
from lab.arch.site.material import Material, Page

FOLDER = Path(__file__).parent / "templates"
URL = r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]}]"
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
NAVIGATION = (
    ("index.html", "Overview"),
    ("nodes.html", "Nodes"),
    ("flows.html", "Flows"),
    ("relationships.html", "Relationships"),
    ("operations.html", "Operations"),
    ("decisions.html", "Decisions"),
    ("timeline.html", "Timeline"),
    ("findings.html", "Findings"),
)
LONGEST_URL = 60
DEEPEST = 4
"""Objects within objects that are laid out; what is deeper is shown as JSON."""


class Templates:
    """Turns pages into HTML."""

    def __init__(self, m: Material) -> None:
        self._told = {
            "addresses": m.addresses,
            "links": Linked(m.addresses, m.library),
            "brand": m.of.name or m.of.metadata.text("name") or m.of.id or "Architecture",
            "file": m.of.source.path.name,
            "deepest": DEEPEST,
        }

    def html(self, page: Page, pages: Mapping[str, Page]) -> str:
        """Return a page as HTML; `pages`: all there are, by path."""
        navigation = [(path, name, path == _home(page)) for path, name in NAVIGATION if path in pages]
        return (
            _environment()
            .get_template(page.template)
            .render(page=page, root=page.root, navigation=navigation, home=_home(page), **self._told, **page.facts)
        )


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters |= {
        "linked": _linked,
        "json": lambda value: json.dumps(value, ensure_ascii=False),
        "short": difference_text.short,
        "values": difference_text.values,
        "mark": lambda change: difference_text.MARKS[change.how][0],
        "seconds": _seconds,
        "without": lambda value, *keys: {key: one for key, one in value.items() if key not in keys},
        "sentence": _sentence,
    }
    found.tests |= {"laid_out": _laid_out, "mail": _is_mail}
    return found


@pass_context
def _linked(context: Context, value: Any) -> Markup:
    links: Linked = context["links"]
    return links.text(str(value), context["root"])


def _home(page: Page) -> str:
    """Return the page that lists pages of this kind."""
    folder = page.path.partition("/")[0]
    if folder == "documents":
        return list_of(page.kind)
    return f"{folder}.html" if "/" in page.path else page.path


class Linked:
    """Text in which addresses, ids of parts, and files that have a page are links."""

    def __init__(self, addresses: Addresses, library: Library) -> None:
        self._addresses, self._library = addresses, library
        # Ids of one word may be words that mean something else.
        ids = sorted((one.id for one in addresses.of.parts if "-" in one.id.strip("-")), key=len, reverse=True)
        names = "|".join(map(re.escape, ids))
        self._found = re.compile(rf"(?P<url>{URL})" + (rf"|(?<![\w#/.-])(?P<id>{names})(?![\w/-])" if names else ""))

    def text(self, text: str, root: str) -> Markup:
        """Return a text with links, as it stands in a page from which `root` leads to the top."""
        whole = self._addresses.named(text) or self._page(text)
        if whole:
            return Markup('<a href="{}{}">{}</a>').format(root, whole, text)
        told, last = [], 0
        for found in self._found.finditer(text):
            told += [escape(text[last : found.start()]), self._link(found, root)]
            last = found.end()
        return Markup("").join([*told, escape(text[last:])])

    def _page(self, text: str) -> str:
        found = self._library.named(text)
        return found.page if found else ""

    def _link(self, found: re.Match[str], root: str) -> Markup:
        if url := found["url"]:
            return Markup('<a href="{}" rel="noreferrer">{}</a>').format(url, shortened(url))
        name = found["id"]
        return Markup('<a href="{}{}">{}</a>').format(root, self._addresses.named(name), name)


def shortened(url: str) -> str:
    """Return an address as it is shown: without its query."""
    told = re.split(r"[?#]", url.partition("://")[2], maxsplit=1)[0].rstrip("/")
    return told if len(told) <= LONGEST_URL else f"{told[:LONGEST_URL]}…"


def _laid_out(value: Any) -> bool:
    """Say whether a value has parts that want lines of their own."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, dict | list) for one in value))


def _seconds(value: Any) -> str:
    return duration(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


def _is_mail(value: Any) -> bool:
    return isinstance(value, str) and MAIL.fullmatch(value) is not None
