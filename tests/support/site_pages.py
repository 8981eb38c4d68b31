"""Reading the pages of a site that was written: their links, ids, headings and tags, and what is wrong with them."""

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

INLINE = {"a", "code", "strong", "mark"}
VOID = {"input", "meta", "link", "br", "hr", "img"}
SCRIPTS = {"search-index.js", "site.js"}


class SitePage(HTMLParser):
    """One page: `links`, `ids`, `headings`, `tags`; every tag has to be closed in order."""

    def __init__(self, path: str, html: str) -> None:
        super().__init__()
        self.path = path
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.headings: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == [], f"{path}: never closed: {self._open}"

    @property
    def text(self) -> str:
        """All that can be read, single-spaced."""
        return " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what is told of a tag."""
        found = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.words += [] if tag in INLINE else [" "]
        self.attributes |= set(found)
        self.ids += [found["id"]] if "id" in found else []
        for name in ("href", "src", "xlink:href"):
            self.links += [found[name]] if name in found else []
        self.links += [f"#{name}" for name in found.get("aria-labelledby", "").split()]
        if tag not in VOID:
            self._open.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Tags that close themselves are those of pictures."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that tags are closed in the order in which they were opened."""
        self.words += [] if tag in INLINE else [" "]
        assert self._open, f"{self.path}: </{tag}> closes nothing"
        assert self._open.pop() == tag, f"{self.path}: </{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        """Collect text."""
        if not {"title", "head"} & set(self._open):
            self.words.append(data)
        if {"h1", "h2", "h3"} & set(self._open):
            self.headings[-1] += data


def read(files: Mapping[str, str]) -> dict[str, SitePage]:
    """Read every page of a site."""
    return {path: SitePage(path, text) for path, text in files.items() if path.endswith(".html")}


def mistakes(files: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a site: dead links, ids that stand twice, pages that no link leads to."""
    pages = read(files)
    found = [f"{page.path}: {one} stands twice" for page in pages.values() for one in _twice(page.ids)]
    found += [f"{page.path}: {one} leads nowhere" for page in pages.values() for one in _dead(page, pages, files)]
    reached, ahead = set(), ["index.html"]
    while ahead:
        if (path := ahead.pop()) not in reached:
            reached.add(path)
            ahead += [target for target, _ in _targets(pages[path]) if target in pages]
    return [*found, *(f"{path}: no link leads there" for path in pages.keys() - reached)]


def _twice(ids: list[str]) -> list[str]:
    return [one for one, times in Counter(ids).items() if times > 1]


def _dead(page: SitePage, pages: Mapping[str, SitePage], files: Mapping[str, str]) -> Iterator[str]:
    for path, anchor in _targets(page):
        if path not in files or (anchor and anchor not in pages[path].ids):
            yield f"{path}#{anchor}"


def _targets(page: SitePage) -> Iterator[tuple[str, str]]:
    """Yield file and anchor of every link that stays in the site."""
    for link in page.links:
        found = urlsplit(link)
        if not found.scheme:
            place = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), unquote(found.path)))
            yield (place if found.path else page.path), unquote(found.fragment)


def schemes(files: Mapping[str, str]) -> set[str]:
    """Return the schemes of the addresses that pages link to."""
    return {urlsplit(link).scheme for page in read(files).values() for link in page.links} - {""}
