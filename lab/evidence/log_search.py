"""Log records out of the evidence store, in the very form in which the files hold them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
SLACK_S = 1.0
"""Threads of one process may write their lines in another order than that of their times."""

ROUNDING_S = 0.001
"""Texts of times decide what is where; the store compares numbers."""


@dataclass(frozen=True)
class Found:
    """What the store has, and how far it has read."""

    records: list[Record]
    """Oldest first."""
    until: Mapping[str, str]
    """Replica → the time from which on its file knows more; empty: the store has nothing of it."""


def found(home: Home, instances: Sequence[str], search: Search, last: int | None) -> Found | None:
    """Return the records of `instances` that are meant; None when there is no store, or it does not answer."""
    if (known := state.last(home)) is None or STORE not in known.urls:
        return None

    async def question(evidence: "Evidence") -> list[tuple[list[Record], str]]:
        now_s = await evidence.now()
        return await asyncio.gather(*(_of(evidence, instance, search, now_s, last) for instance in instances))

    try:
        answers = ask(home, question, PATIENCE_S)
    except LabError:
        return None
    records = [record for records, _ in answers for record in records]
    until = {instance: read_until for instance, (_, read_until) in zip(instances, answers, strict=True)}
    return Found(sorted(records, key=lambda one: (one.time, one.replica)), until)


async def _of(
    evidence: "Evidence", instance: str, search: Search, now_s: float, last: int | None
) -> tuple[list[Record], str]:
    """Return the records of one replica, oldest first, and until when the store has read its file."""
    newest = (await evidence.logs(LogQuery(instance), Window(0, now_s + SLACK_S), 1)).items
    if not newest:
        return [], ""
    until_s = newest[0].time_s - SLACK_S
    until, window = _text(until_s), Window(_seconds(search.since), until_s + ROUNDING_S)
    if window.length_s <= 0:
        return [], until
    level = None if search.level == LEVELS[0] else search.level
    wanted = LogQuery(instance, level, search.text or None, search.trace or None)
    pages = await gathered(lambda limit, cursor: evidence.logs(wanted, window, limit, cursor), last)
    records = [_as_written(record) for record in reversed(pages.items)]
    return [record for record in records if search.since <= record.time < until], until


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
