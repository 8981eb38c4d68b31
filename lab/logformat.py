"""Log records as one line of text each: for the eye, and for grep."""

import json
import zlib
from datetime import UTC, datetime
from typing import Any

import click

from lab.logrecords import Record

LEVEL_COLOURS = {"debug": "bright_black", "warning": "yellow", "error": "red", "critical": "red"}
REPLICA_COLOURS = ("cyan", "green", "magenta", "blue", "bright_cyan", "bright_green", "bright_magenta", "bright_blue")
OWN_PLACE = {"time", "level", "event", "service", "replica", "exception", "trace_id"}


def text(record: Record) -> str:
    """Return `time replica level event field=value …`; colours vanish where output is not a terminal.

    A failure is told by its type and message; the stack follows, indented, with `stack`.
    """
    parts = [
        click.style(_clock(record.time), dim=True),
        click.style(f"{record.replica:22}", fg=_colour_of(record.replica)),
        click.style(f"{record.level:8}", fg=LEVEL_COLOURS.get(record.level)),
        click.style(record.event, bold=True),
    ]
    parts += [f"{name}={_value(value)}" for name, value in _told(record.fields) if value not in (None, "")]
    if trace := record.fields.get("trace_id"):
        parts.append(click.style(f"trace_id={trace}", dim=True))
    return " ".join(parts)


def stack(record: Record) -> str:
    """Return the stack of the failure that a record tells of, indented; empty when there is none."""
    failure = record.fields.get("exception")
    trace = failure.get("stacktrace", "") if isinstance(failure, dict) else ""
    return "".join(f"    {line}\n" for line in str(trace).splitlines())


def _told(fields: dict[str, Any]) -> list[tuple[str, Any]]:
    told = [(name, value) for name, value in fields.items() if name not in OWN_PLACE]
    failure = fields.get("exception")
    if isinstance(failure, dict):
        told += [("exception", failure.get("type")), ("message", failure.get("message"))]
    elif failure:
        told.append(("exception", failure))
    return told


def _value(value: Any) -> str:
    if isinstance(value, str) and value.isprintable() and not set(value) & set(' "='):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _clock(moment: str) -> str:
    try:
        return datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
    except ValueError:
        return " " * 12


def _colour_of(replica: str) -> str:
    return REPLICA_COLOURS[zlib.crc32(replica.encode()) % len(REPLICA_COLOURS)]
