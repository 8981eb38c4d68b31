"""Logs as the services write them: one JSON object per line on standard output.

Their wiring is not used here: Locust logs through the standard library, and importing the rest costs memory.
"""

import json
import logging
import sys
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLine(logging.Formatter):
    """Time, level, event, service, replica, then what the caller added. Other people's prose becomes `message`."""

    def __init__(self, service: str, replica: str) -> None:
        super().__init__()
        self._who = {"service": service, "replica": replica}

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        ours = record.name.startswith("loadgen")
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD and value is not None}
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "event": record.getMessage() if ours else record.name,
            **self._who,
            **({} if ours else {"message": record.getMessage().strip()}),
            **extra,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, separators=(",", ":"))


class AtMost(logging.Filter):
    """Lets `limit` records a second through, so that an outage does not fill the disk; says how many it held back."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit
        self._second = 0
        self._seen = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether `record` is written."""
        held_back = 0
        if int(record.created) != self._second:
            held_back, self._second, self._seen = max(self._seen - self._limit, 0), int(record.created), 0
        self._seen += 1
        if held_back:
            record.held_back = held_back
        return self._seen <= self._limit


def configure(service: str, replica: str) -> None:
    """Send what this process logs to standard output: our events from INFO, Locust's remarks from WARNING."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLine(service, replica))
    handler.addFilter(AtMost(20))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("loadgen").setLevel(logging.INFO)
