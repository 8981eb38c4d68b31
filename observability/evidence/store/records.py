"""Log records on their way in: lines of a log file as rows of the table `logs`."""

import time
from datetime import datetime
from typing import Any

import orjson

from observability.evidence.loglines import PRINTED, parsed, rank
from observability.evidence.store.buffer import Row
from observability.evidence.store.ids import halves, span_number
from observability.wiring import vocabulary as names

OWN = (
    names.LOG_TIME,
    names.LOG_LEVEL,
    names.LOG_EVENT,
    names.LOG_SERVICE,
    names.LOG_REPLICA,
    names.LOG_TRACE,
    names.LOG_SPAN,
)
"""Fields that a record has a place of its own for."""


class Lines:
    """Reads the lines of one file; what a line does not say is taken from the one before, or from the file's name."""

    def __init__(self, instance: str) -> None:
        self._instance = instance
        self._service = instance.rsplit("-", 1)[0] if instance.rsplit("-", 1)[-1].isdigit() else instance
        self._time = 0

    def __call__(self, line: bytes) -> Row:
        """Return the row of one line."""
        fields = parsed(line)
        if fields is None:
            text = line.decode(errors="replace").rstrip()
            fields = {names.LOG_LEVEL: "info", names.LOG_EVENT: PRINTED, names.LOG_MESSAGE: text}
            line = orjson.dumps(fields)
        if (told := _ns(str(fields.get(names.LOG_TIME, "")))) is not None:
            self._time = told
        return row(
            self._time or time.time_ns(),
            str(fields.get(names.LOG_SERVICE) or self._service),
            str(fields.get(names.LOG_REPLICA) or self._instance),
            fields,
            line.decode(errors="replace"),
        )


def row(time_ns: int, service: str, instance: str, fields: dict[str, Any], line: str) -> Row:
    """Return the row of a record."""
    level = rank(str(fields.get(names.LOG_LEVEL, "")))
    high, low = halves(str(fields.get(names.LOG_TRACE, "")))
    span = span_number(str(fields.get(names.LOG_SPAN, "")))
    return (time_ns, service, instance, level, str(fields.get(names.LOG_EVENT, "")), high, low, span, line)


def _ns(text: str) -> int | None:
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1_000_000) * 1000
    except ValueError:
        return None
