"""The Markdown files that a document names: runbooks, guides of flows, decisions, and what lies beside the runbooks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from os.path import normpath
from pathlib import Path
from typing import Literal

from advisor.calm.model import Architecture
from advisor.calm.source import file_at
from advisor.lint.links import root_of
from lab.arch.site.addresses import slug, unlike

Kind = Literal["Runbook", "Flow guide", "Operations", "Decision"]
OPERATIONS = "docs/ops"
"""When runbooks lie in it, all of it is taken."""
ENDINGS = (".md", ".markdown")
LARGEST = 1_000_000
"""Bytes of a file that is still taken."""
TITLE = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Document:
    """One file. `page`: where it lies in the site."""

    file: Path
    name: str
    """From the project's folder on, or from the document's."""
    kind: Kind
    text: str
    page: str

    @cached_property
    def title(self) -> str:
        """Its first heading, or its name."""
        found = TITLE.search(self.text)
        return found[1].replace("`", "") if found else self.file.stem


@dataclass(frozen=True)
class Library:
    """All of them, by their path without links in it."""

    starts: tuple[Path, ...]
    """The folders that links start from."""
    documents: Mapping[Path, Document]

    def named(self, link: str) -> Document | None:
        """Return the document that a link of the architecture leads to."""
        file = _found(self.starts, link)
        return self.documents.get(file) if file else None

    def beside(self, one: Document, link: str) -> Document | None:
        """Return the document that a link in another one leads to."""
        file = file_at(one.file.parent, link.partition("#")[0])
        return self.documents.get(file) if file else None

    def within(self, one: Document, link: str) -> list[Document]:
        """Return the documents in the folder that a link in another one leads to."""
        folder = Path(normpath(one.file.parent / link))
        return [each for each in self.documents.values() if each.file.is_relative_to(folder)]

    def of(self, kind: Kind) -> list[Document]:
        """Return those of a kind."""
        return [one for one in self.documents.values() if one.kind == kind]


def library(of: Architecture, further: tuple[str, ...] = ()) -> Library:
    """Read what a document names; `further`: decisions that its timeline names."""
    folder = of.source.path.resolve().parent
    starts = (root_of(folder), folder)
    kinds: dict[Path, Kind] = {}
    for link, kind in _links(of, further):
        if file := _found(starts, link):
            kinds.setdefault(file, kind)
    for start in starts:
        whole = (start / OPERATIONS).resolve()
        if any(file.is_relative_to(whole) for file in kinds):
            inside = sorted(whole.rglob("*.md"))
            kinds |= {file: "Operations" for one in inside if (file := _found(starts, str(one))) and file not in kinds}
    texts = {file: text for file in kinds if (text := _text(file))}
    names = [_name(file, starts) for file in texts]
    pages = unlike(name.rpartition(".")[0] for name in names)
    return Library(
        starts,
        {
            file: Document(file, name, kinds[file], text, f"documents/{page}.html")
            for (file, text), name, page in zip(texts.items(), names, pages, strict=True)
        },
    )


def _links(of: Architecture, further: tuple[str, ...]) -> Iterator[tuple[str, Kind]]:
    for node in of.nodes:
        yield node.metadata.text("runbook"), "Runbook"
    for flow in of.flows:
        yield flow.metadata.text("runbook"), "Flow guide"
    for link in (*of.adrs, *further, *(part.metadata.text("adr") for part in of.parts)):
        yield link, "Decision"


def _found(starts: tuple[Path, ...], link: str) -> Path | None:
    """Return the file that a link leads to. A document names files of its project, and none outside of it."""
    place = link.partition("#")[0]
    if not place.endswith(ENDINGS) or "://" in place:
        return None
    for start in starts:
        file = file_at(start, place)
        if file is not None and any(file.is_relative_to(one) for one in starts):
            return file
    return None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig") if file.stat().st_size <= LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _name(file: Path, starts: tuple[Path, ...]) -> str:
    return next(file.relative_to(start).as_posix() for start in starts if file.is_relative_to(start))


def list_of(kind: str) -> str:
    """Return which page lists documents of a kind."""
    return "decisions.html" if kind.lower() == "decision" else "operations.html"


def anchor(heading: str) -> str:
    """Return what a link can point to after `#`, as forges make it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") or slug(heading)
