"""The compose file as data, its anchors and merges resolved."""

from functools import cache
from pathlib import Path
from typing import Any

from tests.support.yaml_files import read

ROOT = Path(__file__).resolve().parents[2]


@cache
def compose_file(name: str = "docker-compose.yml") -> dict[str, Any]:
    """Return a compose file of this project."""
    told: dict[str, Any] = read(ROOT / name)
    return told
