"""What the lab itself has to say, in the very form in which the services log: one JSON object per line.

The supervisor writes these lines without structlog, whose import would double its memory and its time to start.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SERVICE = "lab"


def now() -> str:
    """Return the time as RFC 3339 text, UTC, with microseconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def line(level: str, event: str, *, service: str = SERVICE, replica: str = "supervisor", **fields: Any) -> str:
    """Return one line of log, its end included."""
    who = {"time": now(), "level": level, "event": event, "service": service, "replica": replica}
    return json.dumps(who | fields, default=str) + "\n"


class EventLog:
    """Appends to one file. A full disk silences it; it never stops the lab."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def info(self, event: str, **fields: Any) -> None:
        """Something that was meant to happen."""
        self._append(line("info", event, **fields))

    def warning(self, event: str, **fields: Any) -> None:
        """Something that was not meant to happen and that the lab deals with."""
        self._append(line("warning", event, **fields))

    def error(self, event: str, **fields: Any) -> None:
        """Something that the lab cannot deal with."""
        self._append(line("error", event, **fields))

    def _append(self, text: str) -> None:
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError:
            return
