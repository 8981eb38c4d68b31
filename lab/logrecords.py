"""Reading the logs of a lab: records of many files, merged by time, with what was put aside first."""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

import orjson

from lab.logfiles import aside
from observability.evidence.loglines import LEVELS, PRINTED, parsed, rank

BLOCK = 1 << 16
FIRST_LOOK = 500
"""Lines that are looked at first when only the latest are wanted."""


@dataclass(frozen=True)
class Record:
    """One line of log."""

    time: str
    """RFC 3339, UTC; of a line without one, that of the line before."""
    replica: str
    level: str
    event: str
    raw: bytes
    fields: dict[str, Any]

    @property
    def rank(self) -> int:
        """Place of the level among LEVELS; what is not known counts as info."""
        return rank(self.level)


Wanted = Callable[[Record], bool]


@dataclass(frozen=True)
class Search:
    """Which records are meant; all conditions have to hold."""

    trace: str = ""
    """Id of a trace, or how it begins."""
    text: str = ""
    """Stands somewhere in the line, case aside."""
    level: str = LEVELS[0]
    """This level or above."""
    since: str = ""
    """Time of the oldest, as the logs write it."""

    @property
    def narrows(self) -> bool:
        """Whether there are conditions at all."""
        return self != Search()

    def wants(self, record: Record) -> bool:
        """Whether `record` is meant."""
        return (
            record.rank >= LEVELS.index(self.level)
            and record.time >= self.since
            and (not self.trace or str(record.fields.get("trace_id", "")).startswith(self.trace))
            and (not self.text or self.text.lower() in record.raw.decode(errors="replace").lower())
        )


class Parser:
    """Turns the lines of one file into records."""

    def __init__(self, replica: str) -> None:
        self._replica = replica
        self._time = ""

    def __call__(self, line: bytes) -> Record:
        """Return the record that `line` is, or one that carries it as text."""
        fields = parsed(line)
        if fields is None:
            text = line.decode(errors="replace").rstrip()
            fields = {"time": self._time, "level": "info", "event": PRINTED, "replica": self._replica, "message": text}
            line = orjson.dumps(fields)
        self._time = str(fields.get("time") or self._time)
        replica = str(fields.get("replica") or self._replica)
        return Record(self._time, replica, str(fields.get("level", "")), str(fields.get("event", "")), line, fields)


def read(log: Path, *, only_last: int | None = None, containing: bytes = b"") -> Iterator[Record]:
    """Yield the records of one log, its older part first.

    `only_last` lines at most; only lines that contain `containing` are looked at.
    """
    parse = Parser(log.stem)
    lines = _last_lines(log, only_last) if only_last is not None else _lines(log)
    for line in lines:
        if line.strip() and containing in line:
            yield parse(line)


def not_older(log: Path, moment: str) -> list[Record]:
    """Return the records of one log that are not older than `moment`; reads no more than it must."""
    count = FIRST_LOOK
    while True:
        lines = _last_lines(log, count)
        if whole := len(lines) < count:
            lines = _last_lines(aside(log), count) + lines
        parse = Parser(log.stem)
        records = [parse(line) for line in lines if line.strip()]
        if whole or (records and records[0].time < moment):
            return [record for record in records if record.time >= moment]
        count *= 4


def merged(logs: Iterable[Path], wanted: Wanted, *, last: int | None = None, trace: str = "") -> Iterable[Record]:
    """Return the wanted records of all logs, oldest first; only the `last` so many if that is given.

    A record that carries `trace` can be told from its text, which spares the parsing of all others.
    """
    streams = (read(log, containing=trace.encode()) for log in logs)
    found = (record for record in heapq.merge(*streams, key=attrgetter("time")) if wanted(record))
    return found if last is None else deque(found, maxlen=last)


def latest(logs: Iterable[Path], last: int) -> list[Record]:
    """Return the `last` so many records of all logs, whatever they are; reads no more than it must."""
    streams = (read(log, only_last=last) for log in logs)
    return list(deque(heapq.merge(*streams, key=attrgetter("time")), maxlen=last))


def _lines(log: Path) -> Iterator[bytes]:
    for part in (aside(log), log):
        try:
            with part.open("rb") as file:
                yield from file
        except FileNotFoundError:
            continue


def _last_lines(log: Path, count: int) -> list[bytes]:
    """Read a file from its end, block by block, until it has given `count` lines."""
    try:
        with log.open("rb") as file:
            position, tail = file.seek(0, 2), b""
            while position > 0 and tail.count(b"\n") <= count:
                step = min(BLOCK, position)
                position -= step
                file.seek(position)
                tail = file.read(step) + tail
    except FileNotFoundError:
        return []
    return tail.splitlines(keepends=True)[-count:] if count else []


class Follower:
    """Yields what is appended to the logs of a folder from now on, new files included."""

    def __init__(self, logs: Callable[[], Iterable[Path]]) -> None:
        self._logs = logs
        self._tails = {log: _Tail(log, from_end=True) for log in logs()}

    def news(self) -> list[Record]:
        """Return the records written since the last call, oldest first."""
        for log in self._logs():
            self._tails.setdefault(log, _Tail(log, from_end=False))
        return sorted((record for tail in self._tails.values() for record in tail.news()), key=attrgetter("time"))


class _Tail:
    def __init__(self, log: Path, *, from_end: bool) -> None:
        self._log = log
        self._parse = Parser(log.stem)
        self._offset = _size(log) if from_end else 0
        self._begun = b""

    def news(self) -> list[Record]:
        if (size := _size(self._log)) < self._offset:
            self._offset, self._begun = 0, b""  # the file was cut
        if size == self._offset:
            return []
        with self._log.open("rb") as file:
            file.seek(self._offset)
            data = file.read()
        self._offset += len(data)
        *lines, self._begun = (self._begun + data).split(b"\n")
        return [self._parse(line) for line in lines if line.strip()]


def _size(log: Path) -> int:
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0
