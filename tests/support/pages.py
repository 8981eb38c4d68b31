"""Reading Markdown pages: fenced blocks, code spans, links, headings, tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(?P<kind>[a-z]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(?P<text>.+?) *$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One page; `prose` is its text without fenced blocks."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """Where it lies, from the root on."""
        return self.path.relative_to(ROOT).as_posix() if self.path.is_relative_to(ROOT) else self.path.name

    @property
    def prose(self) -> str:
        """The text without fenced blocks."""
        return _FENCE.sub("", self.text)

    def blocks(self, kind: str) -> Iterator[str]:
        """Yield the fenced blocks of one kind, `console` and the like."""
        yield from (found["body"] for found in _FENCE.finditer(self.text) if found["kind"] == kind)

    def spans(self) -> Iterator[str]:
        """Yield what stands in code between backticks, outside of fenced blocks."""
        yield from _SPAN.findall(self.prose)

    def links(self) -> Iterator[str]:
        """Yield the targets of all links and pictures."""
        yield from (found["target"] for found in _LINK.finditer(_SPAN.sub("code", self.prose)))

    def anchors(self) -> set[str]:
        """Return what a link can point to after `#`, as GitHub makes it of headings."""
        return {anchor(found["text"]) for found in _HEADING.finditer(self.prose)}

    def rows(self, *titles: str) -> Iterator[list[str]]:
        """Yield the cells of all tables with these titles, row by row."""
        lines = self.text.splitlines()
        for number, line in enumerate(lines):
            if line.startswith("|") and _cells(line) == list(titles):
                yield from map(_cells, takewhile(lambda line: line.startswith("|"), lines[number + 2 :]))


def page(path: Path) -> Page:
    """Return one page."""
    return Page(path, path.read_text(encoding="utf-8"))


def pages() -> list[Page]:
    """Return the README and all of `docs/`."""
    return [page(path) for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))]


def anchor(heading: str) -> str:
    """Return the anchor of a heading: lower case, spaces as hyphens, most other marks gone."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def commands(block: str) -> list[str]:
    """Return what is typed in a console block: the lines after `$ `, with those they go on in."""
    typed: list[str] = []
    goes_on = False
    for line in block.splitlines():
        if goes_on:
            typed[-1] += " " + line.strip().removesuffix("\\")
        elif line.startswith("$ "):
            typed.append(line.removeprefix("$ ").removesuffix("\\"))
        goes_on = (goes_on or line.startswith("$ ")) and line.endswith("\\")
    return typed


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
