"""JSON, with the place of every value in the text: `json` of the standard library keeps none."""

import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from advisor.calm.pointer import above, below

BLANK = re.compile(r"[ \t\r\n]*")
PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
DEEPEST = 100
"""How deep a text may be nested."""


class NotJson(ValueError):
    """The text is no JSON: what is wrong, and where."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        super().__init__(f"{problem} at line {line}, column {column}")
        self.problem, self.line, self.column = problem, line, column


@dataclass(frozen=True)
class Read:
    """A text that was read. `offsets`: where each value begins, by JSON pointer; a member begins at its key."""

    value: Any
    offsets: Mapping[str, int]
    repeated: Sequence[str]
    """Members that stand more than once in their object; the last one counts."""
    lines: Sequence[int]

    def position(self, pointer: str) -> tuple[int, int]:
        """Return line and column, both from 1, of a value or of the nearest thing around it that is there."""
        while pointer and pointer not in self.offsets:
            pointer = above(pointer)
        return _position(self.lines, self.offsets[pointer])


def read(text: str) -> Read:
    """Read a text. Raises NotJson."""
    return _Reader(text).whole()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._offsets: dict[str, int] = {}
        self._repeated: list[str] = []

    def whole(self) -> Read:
        self._blank()
        self._offsets[""] = self._at
        value = self._value("", 0)
        self._blank()
        if self._at < len(self._text):
            raise self._wrong("There is something behind the end")
        return Read(value, self._offsets, self._repeated, self._lines)

    def _value(self, pointer: str, depth: int) -> Any:
        if depth > DEEPEST:
            raise self._wrong(f"It is nested more than {DEEPEST} deep")
        match self._text[self._at : self._at + 1]:
            case "{":
                return self._object(pointer, depth)
            case "[":
                return self._array(pointer, depth)
            case '"':
                return self._string()
        found = PLAIN.match(self._text, self._at)
        if found is None:
            raise self._wrong("A value is expected")
        self._at = found.end()
        return json.loads(found[0])

    def _object(self, pointer: str, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        self._at += 1
        if self._next("}"):
            return members
        while True:
            self._blank()
            began = self._at
            if not self._text.startswith('"', began):
                raise self._wrong("A name in double quotes is expected")
            name = self._string()
            inner = below(pointer, name)
            if name in members:
                self._repeated.append(inner)
            self._offsets[inner] = began
            self._expect(":")
            self._blank()
            members[name] = self._value(inner, depth + 1)
            if self._next("}"):
                return members
            self._expect(",")

    def _array(self, pointer: str, depth: int) -> list[Any]:
        items: list[Any] = []
        self._at += 1
        if self._next("]"):
            return items
        while True:
            self._blank()
            inner = below(pointer, len(items))
            self._offsets[inner] = self._at
            items.append(self._value(inner, depth + 1))
            if self._next("]"):
                return items
            self._expect(",")

    def _string(self) -> str:
        try:
            value, self._at = json.decoder.scanstring(self._text, self._at + 1)  # type: ignore[attr-defined]
        except json.JSONDecodeError as error:
            self._at = error.pos
            raise self._wrong(error.msg) from error
        return str(value)

    def _blank(self) -> None:
        found = BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _next(self, mark: str) -> bool:
        self._blank()
        if self._text.startswith(mark, self._at):
            self._at += 1
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._next(mark):
            raise self._wrong(f"{mark!r} is expected")

    def _wrong(self, problem: str) -> NotJson:
        return NotJson(problem, *_position(self._lines, self._at))


def _position(lines: Sequence[int], offset: int) -> tuple[int, int]:
    line = bisect_right(lines, offset)
    return line, offset - lines[line - 1] + 1
