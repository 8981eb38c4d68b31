"""Log records out of the evidence store, in the very form in which the files hold them."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from lab import state
from lab.errors import LabError
from lab.evidence.asking import STORE, ask
from lab.evidence.paging import gathered
from lab.home import Home
from lab.logrecords import LEVELS, Record, Search
from observability.evidence.model import LogQuery, LogRecord, Window

if TYPE_CHECKING:
    from observability.evidence.evidence import Evidence

PATIENCE_S = 5.0
LATEST_S = 5.0
"""The store reads the files with a delay: what is younger than this is read from them."""


def found(home: Home, instances: list[str], search: Search, last: int | None) -> tuple[list[Record], str] | None:
    """Return records of `instances` that are meant, oldest first, and the time from which on the files know more.

    None when there is no store, when it does not answer, and when it has nothing: files may reach further back.
    """
    if (known := state.last(home)) is None or STORE not in known.urls:
        return None

    async def question(evidence: "Evidence") -> tuple[list[LogRecord], float]:
        until_s = await evidence.now() - LATEST_S
        window = Window(min(_seconds(search.since), until_s - 1), until_s)
        found = await asyncio.gather(*(_of(evidence, instance, search, window, last) for instance in instances))
        return [record for records in found for record in records], until_s

    try:
        records, until_s = ask(home, question, PATIENCE_S)
    except LabError:
        return None
    told = [one for one in map(_as_written, records) if one.time >= search.since]
    return (sorted(told, key=lambda one: (one.time, one.replica)), _text(until_s)) if told else None


async def _of(evidence: "Evidence", instance: str, search: Search, window: Window, last: int | None) -> list[LogRecord]:
    """Return the records of one replica, oldest first."""
    level = None if search.level == LEVELS[0] else search.level
    wanted = LogQuery(instance, level, search.text or None, search.trace or None)
    pages = await gathered(lambda limit, cursor: evidence.logs(wanted, window, limit, cursor), last)
    return list(reversed(pages.items))


def _as_written(record: LogRecord) -> Record:
    """Return a record as its line in the file was; ids only where the line had some."""
    told = {"time": _text(record.time_s), "level": record.level, "event": record.event}
    told |= {"service": record.service, "replica": record.instance}
    if record.trace_id or "request_id" in record.fields:
        told |= {"trace_id": record.trace_id, "span_id": record.span_id}
    fields = {**told, **record.fields}
    return Record(told["time"], record.instance, record.level, record.event, orjson.dumps(fields), fields)


def _text(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() if moment else 0.0
