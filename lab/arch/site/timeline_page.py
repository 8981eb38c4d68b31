"""The page of moments: how the architecture came to be what it is, and what each step changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from advisor.calm.errors import BadDocument
from advisor.calm.model import Architecture
from advisor.calm.reading import load
from advisor.calm.source import Source, file_at
from advisor.difference import Change, difference
from lab.arch.site.library import Document
from lab.arch.site.material import Material, Page, listed, moments, words


@dataclass(frozen=True)
class Moment:
    """One moment, with what changed since the one before; None: there is nothing to compare it with."""

    told: Mapping[str, Any]
    file: str
    is_current: bool
    is_here: bool
    """Whether the site is about it."""
    decisions: list[Document | str]
    changes: list[tuple[str, str, list[Change]]] | None
    """By part: its name, where its page is, and what changed."""


def timeline_page(m: Material) -> Page | None:
    """Return the page, or None when there is no timeline."""
    found = [one for timeline in m.timelines for one in _moments(m, timeline)]
    if not found:
        return None
    text = " ".join(text for one in m.timelines for text in words(one.value))
    return Page("timeline.html", "Timeline", "page", "timeline.html", {"moments": found}, text)


def _moments(m: Material, timeline: Source) -> Iterator[Moment]:
    before: Architecture | None = None
    for told in moments(timeline):
        details = told.get("details")
        link = details.get("detailed-architecture") if isinstance(details, dict) else ""
        file = link if isinstance(link, str) else ""
        now = _architecture(timeline, file)
        changes = None if before is None or now is None else difference(before, now)
        yield Moment(
            told,
            file,
            told.get("unique-id") == timeline.value.get("current-moment"),
            now is not None and now.source.path == m.of.source.path.resolve(),
            [m.library.named(link) or link for link in listed(told, "adrs")],
            None if changes is None else [(part, _page(m, part), list(one)) for part, one in groupby(changes, _part)],
        )
        before = now or before


def _architecture(timeline: Source, link: str) -> Architecture | None:
    file = file_at(timeline.path.resolve().parent, link) if link else None
    try:
        return load(file) if file else None
    except BadDocument:
        return None


def _part(change: Change) -> str:
    return change.part


def _page(m: Material, part: str) -> str:
    return m.addresses.named(part.partition(" ")[2])
