"""Where in a TOML text something stands. `tomllib` does not tell."""

import re
from collections import Counter
from collections.abc import Mapping

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.\"-]+)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([\w\"'.-]+)\s*=")
_QUOTES = ('"""', "'''")


class Lines:
    """The lines of a text in which tables and keys begin."""

    def __init__(self, text: str) -> None:
        self._found: Mapping[Path, int] = _scan(text)

    def of(self, path: Path) -> int | None:
        """Return the line of what `path` leads to (`("action", 0, "params")`), or of what it is part of."""
        for length in range(len(path), 0, -1):
            if (line := self._found.get(path[:length])) is not None:
                return line
        return None


def _scan(text: str) -> dict[Path, int]:
    found: dict[Path, int] = {}
    counted: Counter[str] = Counter()
    table: Path = ()
    until: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if until is not None:
            until = None if until in line else until
        elif header := _HEADER.match(line):
            table = _table(header[1], header[2], counted)
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *(part.strip("\"'") for part in key[1].split("."))), number)
            until = _opened(line)
    return found


def _table(brackets: str, name: str, counted: Counter[str]) -> Path:
    parts = tuple(part.strip('"') for part in name.split("."))
    if brackets == "[[":
        counted[name] += 1
        return (*parts, counted[name] - 1)
    if counted[parts[0]]:  # a table of the latest element: [action.params]
        return (parts[0], counted[parts[0]] - 1, *parts[1:])
    return parts


def _opened(line: str) -> str | None:
    """Return the quotes of a text that goes on in the next line."""
    return next((quotes for quotes in _QUOTES if line.count(quotes) % 2), None)
