"""What a line of a log is, for everybody who reads logs: the terminal from files, the store on their way in."""

from typing import Any

import orjson

LEVELS = ("debug", "info", "warning", "error", "critical")
PRINTED = "process.printed"
"""Name given to a line that is not a record: a traceback, a warning of an interpreter."""


def rank(level: str) -> int:
    """Return the place of a level among LEVELS; what is not known counts as info."""
    return LEVELS.index(level) if level in LEVELS else LEVELS.index("info")


def parsed(line: bytes) -> dict[str, Any] | None:
    """Return the fields of a record; None for a line that is none."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
