"""What the pages of the site are made from, and what a page is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from advisor.calm.errors import BadDocument
from advisor.calm.model import Architecture
from advisor.calm.source import Source
from advisor.lint.companions import companions, is_timeline
from advisor.lint.finding import Report
from advisor.lint.validating import validate
from lab.arch.site.addresses import Addresses, addresses
from lab.arch.site.library import Document, Library, library


@dataclass(frozen=True)
class Page:
    """A page of the site. `path`: from the top on, with slashes; `facts`: what its template is given."""

    path: str
    title: str
    kind: str
    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    """What it can be found by, beside its title."""

    @property
    def root(self) -> str:
        """The way from the page to the top of the site."""
        return "../" * self.path.count("/")


@dataclass(frozen=True)
class Material:
    """The document, what belongs to it, and where everything gets its page."""

    of: Architecture
    addresses: Addresses
    library: Library
    report: Report
    timelines: tuple[Source, ...]
    decorators: tuple[Source, ...]

    def decisions(self, name: str) -> list[Document]:
        """Return the decisions that speak of a part."""
        own = self.of.node[name].metadata.text("adr") if name in self.of.node else ""
        named = self.library.named(own)
        spoken = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])") if name else None
        found = self.library.of("Decision")
        return [one for one in found if one == named or (spoken and spoken.search(one.text))]

    def notes(self, name: str) -> list[tuple[int, Mapping[str, Any]]]:
        """Return the decorators that apply to a part, with their numbers."""
        found = enumerate((one.value for one in self.decorators), 1)
        return [(number, one) for number, one in found if name in listed(one, "applies-to")]


def material(of: Architecture) -> Material:
    """Read all that belongs to a document. Raises BadDocument."""
    path = of.source.path
    beside = list(_readable(path))
    timelines = tuple(one for one in beside if is_timeline(one.value))
    adrs = tuple(link for one in timelines for moment in moments(one) for link in listed(moment, "adrs"))
    decorators = tuple(one for one in beside if one not in timelines)
    return Material(of, addresses(of), library(of, adrs), validate(path), timelines, decorators)


def _readable(path: Path) -> Iterator[Source]:
    """Yield what can be read of the files beside a document; the findings tell of the rest."""
    try:
        yield from companions(path)
    except BadDocument:
        return


def moments(of: Source) -> list[Mapping[str, Any]]:
    """Return the moments of a timeline."""
    found = of.value.get("moments")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def listed(value: Mapping[str, Any], key: str) -> list[str]:
    """Return the texts of a list; nothing where there is none."""
    found = value.get(key)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def words(value: Any) -> Iterator[str]:
    """Yield the texts within a value, addresses left out."""
    match value:
        case str() if "://" not in value:
            yield value
        case dict():
            for inner in value.values():
                yield from words(inner)
        case list():
            for inner in value:
                yield from words(inner)
