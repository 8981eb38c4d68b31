"""Reading YAML, which only tests need."""

import importlib
from pathlib import Path
from typing import Any

_yaml: Any = importlib.import_module("yaml")  # it has no types


def read(file: Path) -> Any:
    """Return what is in a file."""
    return parse(file.read_text(encoding="utf-8"))


def parse(text: str) -> Any:
    """Return what a text says."""
    return _yaml.safe_load(text)
