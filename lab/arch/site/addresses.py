"""Where the page of each part lies, from the top of the site on."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, count
from unicodedata import normalize

from advisor.calm.model import Architecture, Part

LONGEST = 80
"""Letters of a file's name, before its ending."""


@dataclass(frozen=True)
class Addresses:
    """`nodes/order-service.html` for a node, and the like for relationships and flows, by JSON pointer."""

    of: Architecture
    pages: Mapping[str, str]

    def part(self, one: Part) -> str:
        """Return where the page of a part lies."""
        return self.pages[one.pointer]

    def node(self, name: str) -> str:
        """Return where the page of a node lies, or nothing when there is no node of that id."""
        return self.pages[self.of.node[name].pointer] if name in self.of.node else ""

    def relationship(self, name: str) -> str:
        """Return where the page of a relationship lies, or nothing."""
        return self.pages[self.of.relationship[name].pointer] if name in self.of.relationship else ""

    def named(self, name: str) -> str:
        """Return where the page of whatever has that id lies, or nothing."""
        flow = next((self.part(one) for one in self.of.flows if one.id == name), "")
        return self.node(name) or flow or self.relationship(name)


def addresses(of: Architecture) -> Addresses:
    """Give every part a page; ids may be anything, even the same."""
    pages: dict[str, str] = {}
    kinds: dict[str, tuple[Part, ...]] = {"nodes": of.nodes, "relationships": of.relationships, "flows": of.flows}
    for folder, parts in kinds.items():
        found = unlike(one.id for one in parts)
        pages |= {one.pointer: f"{folder}/{name}.html" for one, name in zip(parts, found, strict=True)}
    return Addresses(of, pages)


def unlike(texts: Iterable[str]) -> list[str]:
    """Return a name of a file for each text; no two are the same, not even where case does not count."""
    taken: dict[str, None] = {}
    for text in texts:
        name = slug(text)
        further = (f"{name}-{number}" for number in count(2))
        taken[next(one for one in chain([name], further) if one not in taken)] = None
    return list(taken)


def slug(text: str) -> str:
    """Return a text in letters, figures and hyphens, as an address is written."""
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-") or "unnamed"
