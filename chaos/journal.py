"""The journal: what was intended, what became of it, and what would undo it. SQLite, append-only, forced to the disk.

Synchronous, for one thread at a time. Every method raises `sqlite3.Error` when the disk does not take it.
"""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import orjson

from chaos.lifecycle import OVER, State

_SCHEMA = """
CREATE TABLE IF NOT EXISTS activations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL, fault TEXT NOT NULL,
    actor TEXT NOT NULL, asked TEXT NOT NULL, wall TEXT NOT NULL, expires TEXT NOT NULL,
    key TEXT UNIQUE, fingerprint TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, epoch INTEGER NOT NULL, activation TEXT NOT NULL, previous TEXT NOT NULL,
    state TEXT NOT NULL, cause TEXT, actor TEXT NOT NULL, detail TEXT NOT NULL, wall TEXT NOT NULL, mono REAL NOT NULL);
CREATE INDEX IF NOT EXISTS events_by_activation ON events (activation, seq);
CREATE TABLE IF NOT EXISTS undo (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, epoch INTEGER NOT NULL, activation TEXT NOT NULL, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS undone (undo INTEGER PRIMARY KEY, wall TEXT NOT NULL);
"""
_APPEND_ONLY = "".join(
    f"CREATE TRIGGER IF NOT EXISTS no_{act.lower()}_of_{table} BEFORE {act} ON {table}"
    " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;"
    for table in ("activations", "events", "undo", "undone")
    for act in ("UPDATE", "DELETE")
)
_PENDING = "SELECT seq, activation, record FROM undo WHERE seq NOT IN (SELECT undo FROM undone) ORDER BY seq DESC"
_CAUSE = "SELECT cause FROM events WHERE activation = activations.id AND cause IS NOT NULL ORDER BY seq DESC LIMIT 1"
_LATEST = "SELECT state FROM events WHERE activation = activations.id ORDER BY seq DESC LIMIT 1"

_ENTRY = f"seq, id, epoch, fault, actor, asked, wall, expires, ({_LATEST}), ({_CAUSE})"


@dataclass(frozen=True)
class Event:
    """One step of one activation. `mono` is monotonic seconds of the controller's own machine."""

    epoch: int
    activation: str
    previous: str
    state: str
    cause: str | None
    actor: str
    detail: str
    wall: str
    mono: float


@dataclass(frozen=True)
class Entry:
    """One activation as the journal knows it; `asked` is the order as JSON, `state` where it stands, `cause` why."""

    seq: int
    id: str
    epoch: int
    fault: str
    actor: str
    asked: dict[str, Any]
    wall: str
    expires: str
    state: str
    cause: str | None


@dataclass(frozen=True)
class Undo:
    """What takes one act back; see `undo.py` for the record."""

    seq: int
    activation: str
    record: dict[str, Any]


@dataclass(frozen=True)
class Intent:
    """All that has to be on the disk before anything is done."""

    id: str
    epoch: int
    asked: dict[str, Any]
    wall: str
    expires: str
    key: str | None
    fingerprint: str
    events: Sequence[Event]
    undo: Sequence[dict[str, Any]]


class Journal:
    """The journal in `file`; one that cannot be read is put aside, and a new one begun."""

    def __init__(self, file: Path) -> None:
        try:
            self._open(file)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) or not file.exists():
                raise
            file.rename(file.with_name(f"{file.name}.unreadable-{time.time_ns()}"))
            self._open(file)

    def _open(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=2.0)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA + _APPEND_ONLY)
        except sqlite3.Error:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def intend(self, intent: Intent) -> list[int]:
        """Write down all of `intent` or nothing; return the numbers of its undo rows."""
        asked = orjson.dumps(intent.asked).decode()
        row = (intent.id, intent.epoch, intent.asked["fault"], intent.asked["actor"], asked, intent.wall)
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.execute(
                "INSERT INTO activations (id, epoch, fault, actor, asked, wall, expires, key, fingerprint)"
                " VALUES (?,?,?,?,?,?,?,?,?)",
                (*row, intent.expires, intent.key, intent.fingerprint),
            )
            self._insert(intent.events)
            numbers = [self._undo(intent, record) for record in intent.undo]
            self._db.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        return numbers

    def append(self, events: Iterable[Event], undone: Iterable[int] = ()) -> None:
        """Add `events`, and note which undo rows are done, all or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._insert(events)
            wall = now()
            self._db.executemany("INSERT OR IGNORE INTO undone VALUES (?,?)", [(number, wall) for number in undone])
            self._db.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _insert(self, events: Iterable[Event]) -> None:
        self._db.executemany(
            "INSERT INTO events (epoch, activation, previous, state, cause, actor, detail, wall, mono)"
            " VALUES (:epoch,:activation,:previous,:state,:cause,:actor,:detail,:wall,:mono)",
            [vars(event) for event in events],
        )

    def _undo(self, intent: Intent, record: dict[str, Any]) -> int:
        row = (intent.epoch, intent.id, orjson.dumps(record).decode())
        number = self._db.execute("INSERT INTO undo (epoch, activation, record) VALUES (?,?,?)", row).lastrowid
        assert number is not None  # noqa: S101 -- an insert has one
        return number

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def pending_undo(self) -> list[Undo]:
        """Return what has not been undone yet, the latest act first."""
        return [Undo(seq, activation, orjson.loads(record)) for seq, activation, record in self._db.execute(_PENDING)]

    def unfinished(self) -> list[Entry]:
        """Return the activations whose last event is not an end."""
        over = tuple(state.value for state in OVER)
        marks = ",".join("?" * len(over))
        return self._entries(f"WHERE ({_LATEST}) NOT IN ({marks}) ORDER BY seq", over)

    def history(self, limit: int, before: int | None = None) -> list[Entry]:
        """Return the latest activations, newest first; `before`: only those with a lower `seq`."""
        where = "" if before is None else "WHERE seq < ?"
        return self._entries(f"{where} ORDER BY seq DESC LIMIT ?", (*(() if before is None else (before,)), limit))

    def entry(self, activation: str) -> Entry | None:
        """Return one activation."""
        return next(iter(self._entries("WHERE id = ?", (activation,))), None)

    def under_key(self, key: str) -> tuple[str, str] | None:
        """Return id and fingerprint of the activation that was asked for under `key`."""
        found: tuple[str, str] | None = self._db.execute(
            "SELECT id, fingerprint FROM activations WHERE key = ?", (key,)
        ).fetchone()
        return found

    def events(self, activation: str) -> list[Event]:
        """Return all steps of one activation, in order."""
        rows = self._db.execute(
            "SELECT epoch, activation, previous, state, cause, actor, detail, wall, mono FROM events"
            " WHERE activation = ? ORDER BY seq",
            (activation,),
        )
        return [Event(*row) for row in rows]

    def _entries(self, clause: str, values: Sequence[object]) -> list[Entry]:
        rows = self._db.execute(
            f"SELECT {_ENTRY} FROM activations {clause}",  # noqa: S608 -- no input
            values,
        )
        return [
            Entry(seq, key, epoch, fault, actor, orjson.loads(asked), wall, expires, state or State.INTENT.value, cause)
            for seq, key, epoch, fault, actor, asked, wall, expires, state, cause in rows
        ]


def now() -> str:
    """Return this moment, RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat()
