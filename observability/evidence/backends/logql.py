"""Questions about logs as LogQL.

Streams carry a label for the service and one for the replica, and lines are the JSON that services write: everything
else is read from the line. Fields are extracted under names of our own, for a stream may have labels of the same name.
"""

import re
from typing import NamedTuple

from observability.evidence.errors import BadQuery
from observability.evidence.loglines import LEVELS, PRINTED, rank
from observability.evidence.model import LogQuery
from observability.evidence.store import ids
from observability.wiring import vocabulary as names


class Labels(NamedTuple):
    """What streams are told apart by."""

    service: str
    instance: str


def queries(wanted: LogQuery, labels: Labels) -> list[str]:
    """Return what to ask; every record that fits is found by one of them. Raises BadQuery."""
    stages = _stages(wanted)
    if wanted.service is None:
        return [f'{{{labels.service}=~".+"}}{stages}']
    return [f"{{{label}={_quoted(wanted.service)}}}{stages}" for label in labels]


def _stages(wanted: LogQuery) -> str:
    """Return the rest of the query: what is quickly seen in a line comes first."""
    lines, fields = [], {}
    if wanted.text is not None:
        lines.append(f" |~ {_quoted('(?i)' + re.escape(wanted.text))}")
    if wanted.trace_id is not None:
        ids.beginning_with(wanted.trace_id)
        digits = wanted.trace_id.strip().lower()
        lines.append(f" |= {_quoted(digits)}")
        fields[names.LOG_TRACE] = f'=~ "{digits}.*"'
    if wanted.event is not None:
        printed = wanted.event == PRINTED
        lines += [] if printed else [f" |= {_quoted(wanted.event)}"]
        fields[names.LOG_EVENT] = '= ""' if printed else f"= {_quoted(wanted.event)}"
    if wanted.level is not None:
        fields[names.LOG_LEVEL] = _level(wanted.level)
    extracted = ", ".join(f'x_{name}="{name}"' for name in fields)
    parsing = f" | json {extracted}" if fields else ""
    return "".join(lines) + parsing + "".join(f" | x_{name} {condition}" for name, condition in fields.items())


def _level(level: str) -> str:
    """Return a condition for a level or above; what is not known counts as info."""
    if level not in LEVELS:
        raise BadQuery(f"There is no level {level!r}: {', '.join(LEVELS)}.")
    if rank(level) > rank("info"):
        return f'=~ "{"|".join(LEVELS[rank(level) :])}"'
    return f'!~ "{"|".join(LEVELS[: rank(level)])}"' if rank(level) else '=~ ".*"'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
