"""Sheets are kept, marked, and shown; what is broken in the file costs only itself."""

from pathlib import Path

import pytest

from drill.playing.session import Session
from drill.playing.sheet import Sheet
from lab.home import Home
from lab.playing import scores, text
from tests.support.clocks import MonotonicClock
from tests.support.scenario_files import small


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which nothing was played."""
    return Home.at(tmp_path)


def sheet(mechanism: str = "floats") -> Sheet:
    """Return that of a drill in which billing was named."""
    session = Session(small(), 7, "somebody", is_repairable=True, clock=MonotonicClock(1_700_000_000.0))
    session.trouble()
    session.page("LedgerDrift")
    session.answer("billing-service", mechanism)
    return session.sheet("revealed")


def test_sheets_are_kept_in_their_order(home: Home) -> None:
    """A line that was cut off is left out, and so is one of another kind."""
    first, second = sheet(), sheet()
    scores.keep(home, first)
    with home.scores_file.open("a") as file:
        file.write('{"id": "cut\n[1]\n{"marks": "nobody", "mark": "right"}\n')
    scores.keep(home, second)
    assert scores.kept(home) == [first, second]


def test_the_last_mark_of_the_last_sheet_counts(home: Home) -> None:
    """Points stay what they were."""
    first, last = sheet(), sheet()
    for one in (first, last):
        scores.keep(home, one)
    scores.mark(home, "wrong")
    scores.mark(home, "partly")
    assert [one.mark for one in scores.kept(home)] == [None, "partly"]
    assert scores.kept(home)[1].points == last.points


def test_what_was_not_named_cannot_be_marked(home: Home) -> None:
    """Neither where nothing was played."""
    with pytest.raises(scores.NoScore, match="no drill"):
        scores.mark(home, "right")
    scores.keep(home, sheet(mechanism=""))
    with pytest.raises(scores.NoScore, match="no mechanism"):
        scores.mark(home, "right")
    assert scores.kept(home)[0].mark is None


def test_the_end_tells_all(home: Home) -> None:
    """Answer, own words next to it, tempting answer, whys, timeline, points."""
    scenario = small()
    end = {
        "sheet": sheet().model_dump(mode="json"),
        "title": scenario.title,
        "red_herrings": [],
        "answer": scenario.answer.model_dump(mode="json"),
    }
    told = text.end(end)
    for piece in (
        "It was small",
        "billing-service",
        "Binary floats.",
        "you said:      floats",
        "The queue.",
        "5. Because.",
    ):
        assert piece in told
    assert "answered billing-service: right" in told
    assert "50 of 100 points" in told
