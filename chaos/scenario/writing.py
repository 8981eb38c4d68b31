"""Scenario files that are still being written: where one begins, and what it still lacks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chaos.scenario import lines

TEMPLATE = Path(__file__).with_name("template.toml")
MARK = "WRITE:"
"""What a text begins with that nobody has written yet; what follows says what it is to be."""


def begun(name: str) -> str:
    """Return the text of a file for a new scenario."""
    return TEMPLATE.read_text(encoding="utf-8").replace('"NAME"', f'"{name}"')


def is_unwritten(value: Any) -> bool:
    """Whether a value is a text that nobody has written yet."""
    return isinstance(value, str) and value.lstrip().startswith(MARK)


def unwritten(data: Any, path: lines.Path = ()) -> Iterator[tuple[lines.Path, str]]:
    """Yield where texts are still to be written in a file's data, and what each is to be."""
    if is_unwritten(data):
        yield path, " ".join(data.split()).removeprefix(MARK).strip(" .")
    elif isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from unwritten(value, (*path, key))
