"""What alerting remembers beyond its process: episodes of alerts, groups that are on, notices that are to be sent."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from observability.slo.alert import Alert
from observability.slo.grouping import Group

KEPT = 1000
"""Episodes that are over, notices, and letters that wait; older ones are forgotten."""

_TABLES = """
CREATE TABLE IF NOT EXISTS episodes (
    number INTEGER PRIMARY KEY, alert TEXT NOT NULL, fired_at_s REAL NOT NULL, resolved_at_s REAL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS episodes_on ON episodes (alert) WHERE resolved_at_s IS NULL;
CREATE TABLE IF NOT EXISTS groups (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS letters (
    number INTEGER PRIMARY KEY, channel TEXT NOT NULL, body TEXT NOT NULL,
    attempts INTEGER NOT NULL, written_at_s REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS notices (number INTEGER PRIMARY KEY, body TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Letter:
    """A notice in the form of one channel, on its way."""

    number: int
    channel: str
    body: Mapping[str, Any]
    attempts: int
    written_at_s: float


class Notebook:
    """A SQLite file, or memory when there is no path. Raises `sqlite3.Error`, and `OSError` for a folder."""

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA cache_size = -256")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def firing(self) -> list[Alert]:
        """Return the alerts that fired when the notebook was last written."""
        rows = self._db.execute("SELECT body FROM episodes WHERE resolved_at_s IS NULL ORDER BY number")
        return [Alert.from_json(json.loads(body)) for (body,) in rows]

    def history(self, limit: int) -> list[Alert]:
        """Return episodes, the latest first; those that are on included."""
        rows = self._db.execute("SELECT body FROM episodes ORDER BY number DESC LIMIT ?", (limit,))
        return [Alert.from_json(json.loads(body)) for (body,) in rows]

    def groups(self) -> dict[str, Group]:
        """Return the groups that are on."""
        rows = self._db.execute("SELECT body FROM groups")
        found = (json.loads(body) for (body,) in rows)
        return {one["name"]: Group(**one | {"told": tuple(one["told"])}) for one in found}

    def note(
        self,
        fired: Iterable[Alert],
        resolved: Iterable[Alert],
        groups: Mapping[str, Group],
        letters: Iterable[tuple[str, Mapping[str, Any]]],
        written_at_s: float,
        notices: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Write down what an evaluation changed, all of it or nothing; `written_at_s` is the time of this machine.

        `notices` are kept for those who ask what people were told.
        """
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._episodes(fired, resolved)
            self._db.execute("DELETE FROM groups")
            rows = [(name, json.dumps(asdict(group))) for name, group in groups.items()]
            self._db.executemany("INSERT INTO groups VALUES (?, ?)", rows)
            written = [(channel, json.dumps(body), written_at_s) for channel, body in letters]
            self._db.executemany(
                "INSERT INTO letters (channel, body, attempts, written_at_s) VALUES (?, ?, 0, ?)", written
            )
            bodies = [(json.dumps(body),) for body in notices]
            self._db.executemany("INSERT INTO notices (body) VALUES (?)", bodies)
            for table, over in (("episodes", "resolved_at_s IS NOT NULL"), ("letters", "TRUE"), ("notices", "TRUE")):
                forgotten = f"SELECT number FROM {table} WHERE {over} ORDER BY number DESC LIMIT -1 OFFSET {KEPT}"  # noqa: S608 -- our own words
                self._db.execute(f"DELETE FROM {table} WHERE number IN ({forgotten})")  # noqa: S608 -- our own words
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def notices(self, limit: int) -> list[dict[str, Any]]:
        """Return the notices that were kept, the latest first."""
        rows = self._db.execute("SELECT body FROM notices ORDER BY number DESC LIMIT ?", (limit,))
        return [json.loads(body) for (body,) in rows]

    def next_letter(self, channel: str) -> Letter | None:
        """Return the oldest letter that a channel still has to send."""
        oldest = "SELECT number, channel, body, attempts, written_at_s FROM letters WHERE channel = ? ORDER BY number"
        row = self._db.execute(f"{oldest} LIMIT 1", (channel,)).fetchone()
        return None if row is None else Letter(row[0], row[1], json.loads(row[2]), row[3], row[4])

    def tried(self, letter: Letter) -> None:
        """Count an attempt that failed."""
        self._db.execute("UPDATE letters SET attempts = attempts + 1 WHERE number = ?", (letter.number,))

    def done(self, letter: Letter) -> None:
        """Forget a letter that has arrived, or is given up."""
        self._db.execute("DELETE FROM letters WHERE number = ?", (letter.number,))

    def _episodes(self, fired: Iterable[Alert], resolved: Iterable[Alert]) -> None:
        self._db.executemany(
            "INSERT INTO episodes (alert, fired_at_s, body) VALUES (?, ?, ?)",
            [(alert.id, alert.fired_at_s, json.dumps(alert.as_json())) for alert in fired],
        )
        self._db.executemany(
            "UPDATE episodes SET resolved_at_s = ?, body = ? WHERE alert = ? AND resolved_at_s IS NULL",
            [(alert.resolved_at_s, json.dumps(alert.as_json()), alert.id) for alert in resolved],
        )
