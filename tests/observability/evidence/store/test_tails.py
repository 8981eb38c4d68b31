"""Log files: nothing is lost and nothing comes twice, whatever becomes of the file."""

import json
from pathlib import Path

import pytest

from lab.logfiles import bound
from observability.evidence.store.buffer import Buffer
from observability.evidence.store.tails import BLOCK, Tails


class Shelf:
    """Takes what was read, as the writer does."""

    def __init__(self, folder: Path) -> None:
        self.buffer = Buffer(1_000_000)
        self.folder = folder
        self.left_off: dict[str, tuple[int, str]] = {}
        self.tails = Tails(folder, self.buffer, {})

    def anew(self) -> None:
        """Begin another life with what was stored."""
        self.tails = Tails(self.folder, self.buffer, dict(self.left_off))

    def numbers(self) -> list[int]:
        """Read all there is, and return the numbers in it."""
        rows = []
        while True:
            more = self.tails.read()
            waiting = self.buffer.take()
            self.buffer.written()
            self.left_off |= waiting.tails
            rows += waiting.rows["logs"]
            if not more and not waiting:
                return [json.loads(row[-1])["number"] for row in rows]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log."""
    return tmp_path / "order-service-1.log"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Where it is read to."""
    return Shelf(tmp_path)


def write(log: Path, *numbers: int, end: str = "\n") -> None:
    """Append a line for each number."""
    with log.open("a") as file:
        for number in numbers:
            line = {"time": f"2026-01-01T00:00:{number % 60:02d}.{number:06d}Z", "event": "e", "number": number}
            file.write(json.dumps(line) + end)


def append(log: Path, text: str) -> None:
    """Append text as it is."""
    with log.open("a") as file:
        file.write(text)


def test_what_is_appended_is_read_once(log: Path, shelf: Shelf) -> None:
    """Half a line waits for its other half."""
    write(log, 1, 2)
    assert shelf.numbers() == [1, 2]
    write(log, 3, end="")
    assert shelf.numbers() == []
    append(log, "\n")
    assert shelf.numbers() == [3]
    shelf.anew()
    write(log, 4)
    assert shelf.numbers() == [4]


@pytest.mark.parametrize("again", [False, True])
def test_a_file_that_was_cut_loses_nothing(log: Path, shelf: Shelf, *, again: bool) -> None:
    """What had come before the cut is read from the copy; also when the store was away meanwhile."""
    write(log, *range(5))
    assert shelf.numbers() == list(range(5))
    write(log, *range(5, 9))
    assert bound(log.parent, 10) == [log]
    write(log, *range(9, 40))  # longer than it was
    if again:
        shelf.anew()
    assert shelf.numbers() == list(range(5, 40))


def test_a_long_file_is_read_in_pieces(log: Path, shelf: Shelf) -> None:
    """Of which each is bounded."""
    count = 3 * BLOCK // 60
    write(log, *range(count))
    shelf.tails.read()
    assert shelf.left_off.get(log.name, (0, ""))[0] <= BLOCK
    assert shelf.numbers() == list(range(count))


def test_a_line_that_is_no_record_keeps_its_text(log: Path, shelf: Shelf) -> None:
    """With the time of the line before it, and the names that the file has."""
    write(log, 7)
    append(log, "Traceback: \x1b[31mred\n")
    shelf.tails.read()
    first, printed = shelf.buffer.take().rows["logs"]
    assert printed[:5] == (first[0], "order-service", "order-service-1", 1, "process.printed")
    assert "Traceback" in printed[-1]


def test_logs_elsewhere_are_not_looked_at(log: Path, shelf: Shelf) -> None:
    """Sealed ones above all: they lie in another folder."""
    (log.parent / "run").mkdir()
    write(log.parent / "run" / "controller.log", 1)
    assert shelf.numbers() == []
