"""Reading logs: merged, filtered, followed, cut."""

import json
import subprocess
from pathlib import Path

import pytest

from lab import logfiles, logformat
from lab.home import Home
from lab.logrecords import Follower, Parser, latest, merged, read
from observability.evidence.loglines import PRINTED
from tests.support.lab import ROOT, command_line, lab_command
from tests.support.polling import poll_until


def _line(second: int, replica: str, event: str = "thing.happened", **fields: object) -> str:
    who = {"time": f"2026-01-31T12:00:{second:02}.000000Z", "level": "info", "event": event, "service": "s"}
    return json.dumps({**who, "replica": replica, **fields}) + "\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with the logs of two replicas, one of which has a part put aside."""
    home = Home.at(tmp_path / "home")
    home.logs.mkdir(parents=True)
    home.log("order-service-1").write_text(
        _line(2, "order-service-1", level="warning", trace_id="ab12", note="two words")
        + "Traceback: not a record\n"
        + _line(
            6, "order-service-1", level="error", exception={"type": "ValueError", "message": "no", "stacktrace": "x"}
        )
    )
    home.log("payment-service-1").write_text(
        _line(3, "payment-service-1", trace_id="ab12") + _line(5, "payment-service-1")
    )
    logfiles.aside(home.log("payment-service-1")).write_text(_line(1, "payment-service-1"))
    return home


def _lab_logs(home: Home, *options: str) -> list[str]:
    done = lab_command(home.root, "logs", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_records_come_in_the_order_of_time_with_what_was_put_aside(home: Home) -> None:
    """Two files and an older part make one list; a line that is no record keeps its place."""
    records = [json.loads(line) for line in _lab_logs(home, "--json")]
    assert [record["time"][17:19] for record in records] == ["01", "02", "02", "03", "05", "06"]
    assert (records[2]["event"], records[2]["message"]) == (PRINTED, "Traceback: not a record")


def test_line_for_people_is_one_line_that_can_be_searched(home: Home) -> None:
    """Time, replica, level, event, then fields; a failure is told by type and message."""
    lines = _lab_logs(home, "order")
    assert len(lines) == 3
    assert 'warning  thing.happened note="two words" trace_id=ab12' in lines[0]
    assert lines[2].endswith("thing.happened exception=ValueError message=no")
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        (("--trace", "ab12"), ["02", "03"]),
        (("--level", "warning"), ["02", "06"]),
        (("--since", "2026-01-31T12:00:05Z"), ["05", "06"]),
        (("--trace", "AB"), ["02", "03"]),
        (("--since", "1s"), []),
        (("--tail", "2"), ["05", "06"]),
        (("--tail", "1", "--level", "warning"), ["06"]),
        (("payment", "--since", "2026-01-31T12:00:02+00:00"), ["03", "05"]),
    ],
)
def test_filters_narrow_the_list(home: Home, options: tuple[str, ...], seconds: list[str]) -> None:
    """Trace, level, time, count and service can be asked for, alone and together."""
    assert [json.loads(line)["time"][17:19] for line in _lab_logs(home, *options, "--json")] == seconds


def test_a_search_in_vain_says_so(home: Home) -> None:
    """An empty list is no mistake; what was looked for is told beside it, not in it."""
    done = lab_command(home.root, "logs", "--trace", "ffffffffffff", "--level", "warning")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "nothing found: no record of trace ffffffffffff of level warning\n"


@pytest.mark.parametrize("trace", ["zzz", "", "a" * 33])
def test_what_cannot_be_a_trace_id_is_refused(home: Home, trace: str) -> None:
    """Letters that are no digits, and more of them than there can be, find nothing and are told so."""
    refused = lab_command(home.root, "logs", "--trace", trace)
    assert refused.returncode == 2
    assert "32 hexadecimal digits" in refused.stderr


def test_a_home_without_logs_is_told(tmp_path: Path) -> None:
    """Neither a folder that never existed nor an empty one has anything to show."""
    (tmp_path / "empty" / "logs").mkdir(parents=True)
    for place in ("never", "empty"):
        refused = lab_command(tmp_path / place, "logs")
        assert refused.returncode == 2
        assert f"There are no logs in {tmp_path / place}." in refused.stderr


def test_senseless_time_is_refused_with_what_would_do(home: Home) -> None:
    """The message shows both forms that a time may have."""
    refused = lab_command(home.root, "logs", "--since", "yesterday")
    assert refused.returncode == 2
    assert "30s, 5m, 1h" in refused.stderr


def test_following_shows_what_is_appended_until_it_is_ended(home: Home) -> None:
    """`-f` prints the last records and then every new one, of new files too."""
    reader = subprocess.Popen(
        command_line(home.root, "logs", "-f", "--json"), cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout is not None
    try:
        earlier = [json.loads(reader.stdout.readline()) for _ in range(5)]
        assert earlier[-1]["level"] == "error"
        home.log("billing-service-1").write_text(_line(9, "billing-service-1"))
        assert json.loads(reader.stdout.readline())["replica"] == "billing-service-1"
    finally:
        reader.kill()
        reader.communicate()


def test_follower_survives_a_cut_and_waits_for_whole_lines(home: Home) -> None:
    """Half a line is not a record yet; a file that was cut is read from its new beginning."""
    log = home.log("order-service-1")
    follower = Follower(lambda: [log])
    whole = _line(7, "order-service-1")
    with log.open("a") as writer:
        writer.write(whole[:20])
    assert follower.news() == []
    with log.open("a") as writer:
        writer.write(whole[20:])
    assert [record.time[17:19] for record in follower.news()] == ["07"]
    log.write_text(_line(8, "order-service-1"))
    assert [record.time[17:19] for record in poll_until(follower.news, "the line after the cut")] == ["08"]


def test_log_that_grew_too_large_is_cut_while_its_writer_goes_on(tmp_path: Path) -> None:
    """Nothing is lost: what was written lies aside, what comes next lands in the file that is left."""
    log = tmp_path / "order-service-1.log"
    with log.open("a") as writer:
        for second in range(10):
            writer.write(_line(second, "order-service-1"))
        writer.flush()
        assert logfiles.bound(tmp_path, limit_bytes=100) == [log]
        writer.write(_line(10, "order-service-1"))
    assert logfiles.bound(tmp_path, limit_bytes=1000) == []
    assert log.read_text().count("\n") == 1
    assert [record.time[17:19] for record in read(log)] == [f"{second:02}" for second in range(11)]


def test_last_records_are_found_without_reading_all(tmp_path: Path) -> None:
    """A long file gives its last lines block by block, the same as reading it whole would."""
    log = tmp_path / "a.log"
    log.write_text("".join(_line(n % 60, "a", number=n, filler="x" * 500) for n in range(1000)))
    assert [record.fields["number"] for record in latest([log], 300)] == list(range(700, 1000))
    assert len(list(merged([log], lambda _: True))) == 1000


def test_every_line_is_shown_however_odd() -> None:
    """Empty objects, numbers, broken JSON and odd bytes all become a line."""
    parse = Parser("a")
    for line in (b"{}", b"5", b'{"time": 5}', b'{"level": "loud"}', b"\xff{", b'{"exception": "text", "n": [1]}'):
        shown = logformat.text(parse(line))
        assert "\n" not in shown
        assert "a " in shown
