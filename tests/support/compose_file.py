"""The compose file as data, its anchors and merges resolved."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


class Loader(yaml.SafeLoader):
    """Knows what compose adds to YAML."""


def _override(loader: Loader, node: yaml.SequenceNode) -> list[Any]:
    return loader.construct_sequence(node)


Loader.add_constructor("!override", _override)


@cache
def compose_file(name: str = "docker-compose.yml") -> dict[str, Any]:
    """Return a compose file of this project."""
    told: dict[str, Any] = yaml.load((ROOT / name).read_text(encoding="utf-8"), Loader)  # noqa: S506 -- a safe one
    return told
