"""Reading pages as a person would: their text, their fields, where their forms go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import MappingProxyType

import httpx

SILENT = {"script", "style", "title"}
VOID = {"input", "meta", "link", "br", "img", "hr"}


@dataclass
class Form:
    """A form: where it goes, what it would send."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, values: Mapping[str, str] = MappingProxyType({})) -> dict[str, list[str]]:
        """Return what is sent when some fields are filled in otherwise."""
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            sent.setdefault(name, []).append(value)
        return {**sent, **{name: [value] for name, value in values.items()}}


class Page(HTMLParser):
    """A page: `text`, `links`, `forms` by action, `labels`, and whether its tags are closed in order."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.forms: dict[str, Form] = {}
        self.headings: list[str] = []
        self.unlabelled: list[str] = []
        self._labels: set[str] = set()
        self._open: list[str] = []
        self._form: Form | None = None
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        self.feed(answer.text)
        self.unlabelled = [name for name in self.unlabelled if name not in self._labels]
        assert self._open == [], f"never closed: {self._open}"

    @property
    def text(self) -> str:
        """Return all that can be read, single-spaced."""
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect links, forms and fields."""
        found = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if tag == "a":
            self.links.append(found["href"])
        elif tag == "form":
            self._form = self.forms[found["action"]] = Form(found["action"])
        elif tag == "label":
            self._labels.add(found["for"])
        elif tag in {"input", "select"}:
            self._field(found)

    def handle_endtag(self, tag: str) -> None:
        """Check that tags are closed in the order in which they were opened."""
        assert self._open.pop() == tag, f"</{tag}> closes something else"
        if tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        """Collect text."""
        if not SILENT & set(self._open):
            self.words.append(data)
        if self._open and self._open[-1] == "h1":
            self.headings.append(" ".join(data.split()))

    def _field(self, found: dict[str, str]) -> None:
        if self._form is not None:
            self._form.fields.append((found["name"], found.get("value", "")))
        if found.get("type") != "hidden" and "aria-label" not in found:
            self.unlabelled.append(found.get("id", found["name"]))
