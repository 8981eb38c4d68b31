"""What a container is to be told at its next start besides what follows from its name: kept in a file of the run."""

import json
from collections.abc import Mapping
from pathlib import Path

from lab.home import Home


def write(home: Home, instance: str, changes: Mapping[str, str]) -> None:
    """Keep them, in place of those before."""
    file = _file(home, instance)
    file.parent.mkdir(exist_ok=True)
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(dict(changes)))
    draft.replace(file)


def read(home: Home, instance: str) -> dict[str, str]:
    """Return them; none if nothing was ever changed."""
    try:
        changes: dict[str, str] = json.loads(_file(home, instance).read_bytes())
    except (OSError, ValueError):
        return {}
    return changes


def _file(home: Home, instance: str) -> Path:
    return home.run / "changes" / f"{instance}.json"
