"""Claims about `lab logs` where a store answers: it finds the same as the files."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from lab.cli import root
from lab.home import Home
from observability.evidence.model import LogQuery, LogRecord, Page, Window
from tests.support.evidence_server import evidence_server, tell
from tests.support.memory_evidence.evidence import MemoryEvidence

NOW_S = 1_800_000_000.0
"""2027-01-15T08:00:00Z"""
READ_UNTIL = {"payment-service": 40, "order-service": 30}
"""How far the store has read each of the logs."""
TRACES = ("ab12" * 8, "cd34" * 8)


@dataclass
class Watched(MemoryEvidence):
    """Evidence that remembers what it was asked for."""

    now_s: float
    asked: list[LogQuery] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.now_s)

    async def logs(
        self, wanted: LogQuery, window: Window, limit: int = 100, cursor: str | None = None
    ) -> Page[LogRecord]:
        """Return a page of records, and take note."""
        self.asked.append(wanted)
        return await super().logs(wanted, window, limit, cursor)


def _line(number: int) -> dict[str, object]:
    """Return the record of one second; the last ones are younger than what the store has read."""
    service, level = ("order-service", "info") if number % 3 else ("payment-service", "warning")
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(NOW_S - 40 + number))
    who = {"service": service, "replica": f"{service}-1"}
    ids = {"trace_id": TRACES[number % 2], "span_id": f"{number:016x}", "request_id": "r"}
    fields = {"note": f"Number {number}", "amount": 1.5}
    return {"time": f"{at}.{number:06}Z", "level": level, "event": "thing.happened", **who, **ids, **fields}


@pytest.fixture
def evidence(tmp_path: Path) -> Iterator[Watched]:
    """Forty seconds of two logs, in files and in the store of a lab."""
    home, evidence = Home.at(tmp_path), Watched(NOW_S)
    home.logs.mkdir()
    for number in range(41):
        line = _line(number)
        with home.log(str(line["replica"])).open("ab") as log:
            log.write(orjson.dumps(line) + b"\n")
        if number < READ_UNTIL[str(line["service"])]:
            evidence.log(_stored(line, NOW_S - 40 + number + number / 1e6))
    home.log("supervisor").write_text(
        json.dumps({**_line(5), "service": "lab", "replica": "supervisor", "trace_id": "", "span_id": ""}) + "\n"
    )
    with evidence_server(evidence) as url:
        tell(home, evidence=url)
        yield evidence


def _stored(line: dict[str, object], time_s: float) -> LogRecord:
    own = {"time", "level", "event", "service", "replica", "trace_id", "span_id"}
    named = ("service", "replica", "level", "event", "trace_id", "span_id")
    service, replica, level, event, trace, span = (str(line[name]) for name in named)
    others = {name: value for name, value in line.items() if name not in own}
    return LogRecord(time_s, service, replica, level, event, trace, span, others)


def _logs(tmp_path: Path, *options: str) -> str:
    answer = CliRunner().invoke(root, ["logs", *options, "--home", str(tmp_path)], prog_name="lab")
    assert answer.exit_code == 0, answer.output
    return answer.stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--trace", TRACES[0][:6].upper()),
        ("--trace", TRACES[1]),
        ("--level", "warning"),
        ("--text", "NUMBER 1"),
        ("--since", "2027-01-15T07:59:40Z"),
        ("--since", "2027-01-15T07:59:57Z"),
        ("--text", "number", "--tail", "3"),
        ("--trace", TRACES[0], "--tail", "30"),
        ("order-service-1", "--text", "number 3"),
    ],
)
def test_store_finds_what_the_files_have(tmp_path: Path, evidence: Watched, options: tuple[str, ...]) -> None:
    """For people and for programs, to the letter; what the store has not read yet comes from the files."""
    from_store = _logs(tmp_path, *options), _logs(tmp_path, *options, "--json")
    assert evidence.asked
    tell(Home.at(tmp_path), evidence="http://127.0.0.1:9")
    from_files = _logs(tmp_path, *options), _logs(tmp_path, *options, "--json")
    assert from_store == from_files
    assert from_files[0]


@pytest.mark.parametrize("options", [(), ("--tail", "3"), ("order",)])
def test_whole_logs_are_read_from_the_files(tmp_path: Path, evidence: Watched, options: tuple[str, ...]) -> None:
    """Nothing is searched for: nobody is asked."""
    assert _logs(tmp_path, *options)
    assert evidence.asked == []


def test_what_the_store_does_not_have_may_be_in_the_files(tmp_path: Path, evidence: Watched) -> None:
    """It may not have begun with one of them."""
    assert "supervisor" in _logs(tmp_path, "lab", "--text", "number 5")
    assert evidence.asked


def test_sealed_logs_are_never_looked_up_in_the_store(tmp_path: Path, evidence: Watched) -> None:
    """Their files are read."""
    home = Home.at(tmp_path)
    home.sealed_log("order-service-1").write_text(json.dumps(_line(7)) + "\n")
    assert "Number 7" in _logs(tmp_path, "order-service-1", "--text", "number")
    assert evidence.asked == []
