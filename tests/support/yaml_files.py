"""Reading YAML, with what compose adds to it."""

from pathlib import Path
from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """Knows `!override`: a list that takes the place of another."""


def _override(loader: _Loader, node: yaml.SequenceNode) -> list[Any]:
    return loader.construct_sequence(node)


_Loader.add_constructor("!override", _override)


def read(file: Path) -> Any:
    """Return what is in a file."""
    return parse(file.read_text(encoding="utf-8"))


def parse(text: str) -> Any:
    """Return what a text says."""
    return yaml.load(text, _Loader)  # noqa: S506 -- a safe one
