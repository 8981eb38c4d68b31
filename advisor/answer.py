"""What the advisor answers: lines, each with the places that it was read from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any, Literal

from advisor.calm.model import Architecture, Metadata
from advisor.calm.pointer import below

UNKNOWN = "I do not know"
Kind = Literal["document", "metric", "trace", "log", "health", "alert", "act", "impact", "setting"]


@dataclass(frozen=True)
class Source:
    """Where something was read: a JSON pointer into the document, a query, the id of a trace, an address."""

    kind: Kind
    ref: str


@dataclass(frozen=True)
class Line:
    """One thing that is answered. `known`: nothing that belongs into it is missing."""

    name: str
    text: str
    sources: tuple[Source, ...]
    known: bool = True


@dataclass(frozen=True)
class Section:
    """Lines that answer one question; none of them: `empty` says what that means."""

    title: str
    lines: tuple[Line, ...]
    empty: str = UNKNOWN


@dataclass(frozen=True)
class Answer:
    """All that is answered. `about`: the ids of what was asked for."""

    verb: str
    about: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def lines(self) -> Iterator[Line]:
        """All lines, in order."""
        return (line for section in self.sections for line in section.lines)


def cited(of: Architecture, name: str, template: str, /, **pointers: str) -> Line:
    """Return `template` filled with what stands at the pointers; what is not there is not known.

    A pointer that the template does not name is cited as well: the line is there because of it.
    """
    values = {key: plain(of.source.at(pointer)) for key, pointer in pointers.items()}
    known = all(values.values())
    told = {key: value or unknown(key) for key, value in values.items()}
    sources = tuple(Source("document", pointer) for pointer in dict.fromkeys(pointers.values()))
    return Line(name, Formatter().vformat(template, (), told), sources, known)


def because(line: Line, grounds: Iterable[str]) -> Line:
    """Return a line that also cites what it was concluded from."""
    further = (Source("document", pointer) for pointer in grounds)
    return replace(line, sources=tuple(dict.fromkeys((*line.sources, *further))))


def fact(name: str, metadata: Metadata, key: str) -> Line:
    """Return one fact of metadata, or that it is not known."""
    text = plain(metadata.get(key))
    return Line(name, text or UNKNOWN, (Source("document", place(metadata, key)),), bool(text))


def place(metadata: Metadata, key: str) -> str:
    """Return where a fact stands, or would stand."""
    return metadata.pointers.get(key) or below(metadata.pointer, key)


def unknown(what: str) -> str:
    """Say that something is not known."""
    return f"{what.replace('_', ' ')}: {UNKNOWN}"


def plain(value: Any) -> str:
    """Return a value as text; nothing for what is not there."""
    match value:
        case None | "" | []:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(plain, value))
        case dict():
            return "; ".join(f"{key} {plain(inner)}" for key, inner in value.items())
        case _:
            return str(value)
