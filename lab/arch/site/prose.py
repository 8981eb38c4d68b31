"""Markdown as HTML: links lead to pages of the site, names of parts become links, HTML within it stays text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lab.arch.site.addresses import Addresses
from lab.arch.site.library import Document, Library, anchor, list_of

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
ELSEWHERE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


@dataclass(frozen=True)
class Prose:
    """Writes documents as they stand in the page at `root`."""

    library: Library
    addresses: Addresses
    root: str

    def html(self, of: Document) -> str:
        """Return a document as HTML."""
        markdown = _markdown()
        tokens = _with_anchors(markdown.parse(of.text))
        for token in tokens:
            if token.type == "html_block":
                token.type, token.tag = "text", ""
                token.content = COMMENT.sub("", token.content).strip()
            if token.children is not None:
                token.children = list(self._inline(of, token.children))
        return str(markdown.renderer.render(tokens, markdown.options, {}))

    def _inline(self, of: Document, tokens: Sequence[Token]) -> Iterator[Token]:
        dropped: list[str] = []
        within = 0
        for token in tokens:
            if token.type == "link_open":
                within += 1
                target = self._target(of, str(token.attrs.get("href", "")))
                dropped.append("" if target else unquote(str(token.attrs.get("href", ""))))
                token.attrs["href"] = target
                yield from [token] if target else []
            elif token.type == "link_close":
                within -= 1
                told = dropped.pop()
                yield _text(f" ({told})") if told else token
            elif token.type == "code_inline" and not within:
                yield from self._code(token)
            else:
                yield _plain(token)

    def _code(self, token: Token) -> Iterator[Token]:
        page = self.addresses.named(token.content)
        if page:
            yield Token("link_open", "a", 1, attrs={"href": self.root + page})
        yield token
        if page:
            yield Token("link_close", "a", -1)

    def _target(self, of: Document, link: str) -> str:
        """Return where a link leads from the page, or nothing when the site has nothing there."""
        if ELSEWHERE.match(link):
            return link
        path, _, heading = unquote(link).partition("#")
        found = self.library.beside(of, path) if path else of
        if found is None:
            inside = self.library.within(of, path)
            return self.root + list_of(inside[0].kind) if inside else ""
        page = self.root + found.page
        return f"{page}#{heading}" if heading in anchors(found) else page


def plain(of: Document) -> str:
    """Return the text of a document without its marks."""
    pieces = (COMMENT.sub("", token.content) for token in _markdown().parse(of.text) if token.content)
    return " ".join(re.sub(r"[`*|]|\]\([^)]*\)|\[", " ", " ".join(pieces)).split())


@cache
def anchors(of: Document) -> frozenset[str]:
    """Return the ids of the headings of a document."""
    return frozenset(str(one.attrs["id"]) for one in _with_anchors(_markdown().parse(of.text)) if "id" in one.attrs)


def _with_anchors(tokens: list[Token]) -> list[Token]:
    taken: dict[str, int] = {}
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            name = anchor(following.content)
            while name in taken:
                taken[name] += 1
                name = f"{name}-{taken[name]}"
            taken[name] = 0
            token.attrs["id"] = name
    return tokens


def _plain(token: Token) -> Token:
    if token.type == "html_inline":
        return _text(COMMENT.sub("", token.content))
    # Pictures are not part of the site: their words are.
    return _text(token.content) if token.type == "image" else token


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])
