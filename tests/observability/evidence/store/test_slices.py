"""Files of evidence: begun, dropped, put aside; the disk is bounded."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from observability.evidence.model import Window
from observability.evidence.store.buffer import Buffer
from observability.evidence.store.calls import Rollup
from observability.evidence.store.graph import of
from observability.evidence.store.reading import Reader
from observability.evidence.store.slices import PARTS, Slices
from observability.evidence.store.spans import decode
from observability.evidence.store.writer import Writer
from tests.support.evidence_contract.story import Story, tell
from tests.support.otlp_requests import spans_request
from tests.support.scripted_feed import SpansOnly


def slices_in(folder: Path, *, keep_s: float = 7200, keep_mb: float = 1024) -> Slices:
    """Open a folder."""
    return Slices(folder, memory_mb=16, keep_s=keep_s, keep_mb=keep_mb)


@pytest.fixture
def slices(tmp_path: Path) -> Iterator[Slices]:
    """A folder of small slices."""
    made = slices_in(tmp_path, keep_mb=16)
    yield made
    made.close()


def test_a_slice_is_followed_by_another_when_it_has_had_its_share(tmp_path: Path) -> None:
    """Of the time."""
    made = slices_in(tmp_path, keep_s=80)
    now_s = time.time()
    assert (made.due(now_s + 80 / PARTS - 2), made.due(now_s + 80 / PARTS + 2)) == (False, True)
    made.close()


def test_old_slices_are_deleted_and_the_current_one_stays(slices: Slices, tmp_path: Path) -> None:
    """With everything that belongs to them."""
    slices.begin()
    slices.begin()
    assert slices.drop_old(time.time()) == []
    assert len(slices.drop_old(time.time() + 10_000)) == 2
    assert [file.name for file in tmp_path.glob("*.duckdb*") if "wal" not in file.name] == [slices.current.file.name]


def test_the_disk_is_bounded(slices: Slices, tmp_path: Path) -> None:
    """However much comes: to what may be kept and one slice's share."""
    buffer = Buffer(1_000_000)
    writer = Writer(buffer, slices, 1, list)
    writer._resume()
    most = 0
    for number in range(1, 41):
        names = [f"span {number} {place} {'x' * 600}" for place in range(1000)]
        body = spans_request(time.time_ns(), *names, trace=number).SerializeToString()
        for _ in range(4):
            buffer.add_spans(decode(body).batches)
        writer._write()
        writer._rotate()
        most = max(most, sum(file.stat().st_size for file in tmp_path.glob("*.duckdb*")))
    assert most <= 16 * 1.5 * (1 << 20)
    assert len(slices.newest_first()) > 1


def test_a_file_that_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    """And the others are."""
    slices_in(tmp_path).close()
    (tmp_path / "1000.duckdb").write_bytes(b"not a database" * 1000)
    (tmp_path / "notes.duckdb").write_bytes(b"")
    made = slices_in(tmp_path)
    assert len(made.newest_first()) == 1
    assert sorted(file.name for file in tmp_path.glob("*.unreadable")) == [
        "1000.duckdb.unreadable",
        "notes.duckdb.unreadable",
    ]
    made.close()


def test_the_graph_is_the_same_before_and_after_it_is_added_up(slices: Slices) -> None:
    """And once more when another slice has begun."""
    buffer, rollup, story = Buffer(1_000_000), Rollup(slices), Story(time.time() - 100)
    writer = Writer(buffer, slices, 1, list)
    writer._resume()
    tell(SpansOnly(buffer), story)
    writer._write()
    window = Window(story.start_s - 10, story.start_s + 100)
    graphs = []
    steps: list[Callable[[], object]] = [dict, rollup.finish, slices.begin]
    for step in steps:
        step()
        graphs.append(of(Reader(slices, slices.cursor()), window))
    assert graphs[0].edges != ()
    assert graphs[0] == graphs[1] == graphs[2]
