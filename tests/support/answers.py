"""Answers of the advisor from a copy of our document, with something in it changed or taken away."""

import copy
from typing import Any

from advisor.answer import Answer, Line
from advisor.asking.asking import answer
from advisor.calm.errors import AdvisorError
from advisor.calm.json_text import Read
from advisor.calm.model import Architecture
from advisor.calm.pointer import split
from advisor.calm.reading import architecture, load
from advisor.calm.source import DOCUMENT, Source
from tests.support.oncall_questions import Asked

OF = load()


def changed(pointer: str, value: Any = None) -> Architecture:
    """Return our document with another value at a pointer, or, for None, without it."""
    whole = copy.deepcopy(OF.source.value)
    *way, last = split(pointer)
    held: Any = whole
    for step in way:
        held = held[int(step)] if isinstance(held, list) else held[step]
    key = int(last) if isinstance(held, list) else last
    if value is None:
        del held[key]
    else:
        held[key] = value
    return architecture(Source(DOCUMENT, Read(whole, {"": 0}, (), (0,))))


def asked(one: Asked, of: Architecture = OF) -> Answer:
    """Return the answer to a question in the words of the exercise."""
    return answer(of, one.wording, one.situation)


def lines(one: Asked, of: Architecture = OF) -> list[tuple[str, Line]]:
    """Return its lines, each with the title above it; none when it can no longer be answered."""
    try:
        return [(section.title, line) for section in asked(one, of).sections for line in section.lines]
    except AdvisorError:
        return []


def told(found: Answer, title: str) -> list[str]:
    """Return the lines of the sections whose title begins so, `name: text`."""
    return [
        f"{line.name}: {line.text}" for part in found.sections if part.title.startswith(title) for line in part.lines
    ]
