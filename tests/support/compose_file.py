"""The compose file as data, its anchors and merges resolved."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


@cache
def compose_file(name: str = "docker-compose.yml") -> dict[str, Any]:
    """Return a compose file of this project."""
    told: dict[str, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return told
