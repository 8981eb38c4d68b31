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
from lab.logrecords import Record, Search
from observability.evidence.loglines import LEVELS
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


def found(home: Home, instances: Sequence[str], search: Search, last: int | None, *, everybody: bool) -> Found | None:
    """Return the records of `instances` that are meant; None when there is no store, or it does not answer.

    `everybody`: these are all that there are, which is one question instead of one for each.
    """
    if (known := state.last(home)) is None or STORE not in known.urls:
        return None

    async def question(evidence: "Evidence") -> Found:
        now_s = await evidence.now()
        newest = await asyncio.gather(*(_newest(evidence, instance, now_s) for instance in instances))
        until_s = max(newest, default=0.0) - SLACK_S
        window = Window(_seconds(search.since), until_s + ROUNDING_S)
        until = {name: _text(at - SLACK_S) if at else "" for name, at in zip(instances, newest, strict=True)}
        if window.length_s <= 0:
            return Found([], until)
        whom: Sequence[str | None] = [None] if everybody else instances
        parts = await asyncio.gather(*(_of(evidence, service, search, window, last) for service in whom))
        records = [one for part in parts for one in part if search.since <= one.time < until.get(one.replica, "")]
        return Found(sorted(records, key=lambda one: (one.time, one.replica)), until)

    try:
        return ask(home, question, PATIENCE_S)
    except LabError:
        return None


async def _newest(evidence: "Evidence", instance: str, now_s: float) -> float:
    """Return the time of the newest record that the store has read of one replica; 0 when it has none."""
    records = (await evidence.logs(LogQuery(instance), Window(0, now_s + SLACK_S), 1)).items
    return records[0].time_s if records else 0.0


async def _of(
    evidence: "Evidence", service: str | None, search: Search, window: Window, last: int | None
) -> list[Record]:
    """Return records, oldest first."""
    level = None if search.level == LEVELS[0] else search.level
    wanted = LogQuery(service, level, search.text or None, search.trace or None)
    pages = await gathered(lambda limit, cursor: evidence.logs(wanted, window, limit, cursor), last)
    return [_as_written(record) for record in reversed(pages.items)]


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
