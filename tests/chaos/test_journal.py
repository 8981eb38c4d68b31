"""The journal: all or nothing, nothing ever changed, and what is left to undo."""

import sqlite3
from pathlib import Path

import pytest

from chaos.journal import Event, Intent, Journal, now
from chaos.lifecycle import State

UNDO = {"kind": "signal", "pid": 1, "signal": "SIGCONT"}


def event(activation: str, state: State, previous: State | str = "") -> Event:
    """Return one step."""
    return Event(1, activation, previous, state.value, None, "somebody", "", now(), 0.0)


def intent(activation: str, *undo: dict[str, object], key: str | None = None) -> Intent:
    """Return an intent with one step."""
    asked = {"fault": "order.late", "actor": "somebody"}
    events = [event(activation, State.INTENT)]
    return Intent(activation, 1, asked, now(), now(), key, "print", events, undo)


def test_what_was_intended_and_not_ended_is_unfinished(tmp_path: Path) -> None:
    """Also for whoever opens the file after the one who wrote it has died."""
    with Journal(tmp_path / "journal.db") as journal:
        journal.intend(intent("a"))
        journal.intend(intent("b"))
        journal.append([event("a", State.REVERTED, State.REVERTING)])
    with Journal(tmp_path / "journal.db") as journal:
        assert [(entry.id, entry.state) for entry in journal.unfinished()] == [("b", "intent")]
        assert [entry.id for entry in journal.history(10)] == ["b", "a"]
        assert [entry.id for entry in journal.history(10, before=2)] == ["a"]
        assert [step.state for step in journal.events("a")] == ["intent", "reverted"]


def test_undo_rows_wait_until_they_are_done_the_latest_first(tmp_path: Path) -> None:
    """Noting twice that one is done changes nothing."""
    with Journal(tmp_path / "journal.db") as journal:
        first, second = journal.intend(intent("a", UNDO, UNDO))
        assert [one.seq for one in journal.pending_undo()] == [second, first]
        journal.append([], undone=[second])
        journal.append([], undone=[second])
        assert [(one.seq, one.record) for one in journal.pending_undo()] == [(first, UNDO)]


@pytest.mark.parametrize("table", ["activations", "events", "undo", "undone"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET rowid = 7"])
def test_nothing_that_is_written_can_be_changed(tmp_path: Path, table: str, act: str) -> None:
    """Append-only is not a habit: the database refuses."""
    with Journal(tmp_path / "journal.db") as journal:
        (number,) = journal.intend(intent("a", UNDO))
        journal.append([], undone=[number])
        other = sqlite3.connect(tmp_path / "journal.db")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(act.format(table))
        other.close()


def test_an_intent_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A key that is taken leaves neither the activation nor its undo rows."""
    with Journal(tmp_path / "journal.db") as journal:
        journal.intend(intent("a", key="k"))
        with pytest.raises(sqlite3.IntegrityError):
            journal.intend(intent("b", UNDO, key="k"))
        assert journal.entry("b") is None
        assert journal.pending_undo() == []
        assert journal.under_key("k") == ("a", "print")


def test_it_is_forced_to_the_disk(tmp_path: Path) -> None:
    """WAL, and synchronous=FULL: what was acknowledged survives a power cut."""
    with Journal(tmp_path / "journal.db") as journal:
        pragmas = [journal._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]


def test_a_journal_that_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    """A controller that could not start because of it would be no help to anybody."""
    (tmp_path / "journal.db").write_bytes(b"rubbish" * 1000)
    with Journal(tmp_path / "journal.db") as journal:
        assert journal.history(10) == []
    assert [file.name for file in tmp_path.iterdir() if "unreadable" in file.name]
