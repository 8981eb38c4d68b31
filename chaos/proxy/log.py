"""The proxy's log, in the very form in which the services log: one JSON object per line on standard output.

Without structlog, whose import would double this process.
"""

import json
from datetime import UTC, datetime
from typing import Any


class Log:
    """Says events with fields, for one replica."""

    def __init__(self) -> None:
        self.replica = "mesh"

    def info(self, event: str, **fields: Any) -> None:
        """Something that was meant to happen."""
        self._say("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Something that was not meant to happen and that the proxy deals with."""
        self._say("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Something that the proxy cannot deal with."""
        self._say("error", event, fields)

    def _say(self, level: str, event: str, fields: dict[str, Any]) -> None:
        who = {"time": _now(), "level": level, "event": event, "service": "mesh", "replica": self.replica}
        print(json.dumps(who | fields, default=str), flush=True)  # noqa: T201 -- standard output is the log


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


log = Log()
