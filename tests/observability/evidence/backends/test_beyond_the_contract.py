"""What only real back ends have to show: much of it, lines that are no records, deliveries that a sample stands for."""

import time
from typing import Any

import pytest

from observability.evidence.backends.evidence import BackendEvidence
from observability.evidence.model import LogQuery, LogRecord, Span, TraceQuery, Window
from tests.support import loki
from tests.support.evidence_contract.backends import BackendFeed, Backends
from tests.support.real_backends import NEEDED

pytestmark = [pytest.mark.anyio, *NEEDED]


MANY = 150


def span(trace: int, place: int, above: int, start_s: float, **members: Any) -> Span:
    """Return a span of a shop of its own."""
    told = {"service": "far-shop", "name": "GET /far", "kind": "server", "error": False, **members}
    return Span(
        trace_id=f"fa{trace:030x}",
        span_id=f"{trace:08x}{place:08x}",
        parent_id=f"{trace:08x}{above:08x}" if above else "",
        instance=f"{told['service']}-1",
        start_s=start_s,
        duration_s=0.01,
        status_message="",
        attributes={},
        resource={},
        **told,
    )


@pytest.fixture(scope="module")
async def crowd(real: Backends, evidence: BackendEvidence) -> Window:
    """Many traces, a second apart, that came in no order."""
    start_s, feed = round(time.time()) - 3000.0, BackendFeed(real, evidence)
    shuffled = sorted(range(MANY), key=lambda number: number * 77 % (MANY + 1))
    feed.record(*(span(number, 1, 0, start_s + number) for number in shuffled))
    await feed.settled()
    return Window(start_s, start_s + MANY)


@pytest.mark.parametrize("wanted", [TraceQuery(), TraceQuery(name="GET /far"), TraceQuery(service="far-shop")])
async def test_the_latest_of_many_traces_come_first(
    crowd: Window, evidence: BackendEvidence, wanted: TraceQuery
) -> None:
    """Page by page."""
    seen: list[str] = []
    cursor = None
    for _ in range(4):
        page = await evidence.traces(wanted, crowd, 5, cursor)
        seen += [trace.trace_id for trace in page.items]
        cursor = page.cursor
    assert seen == [f"fa{number:030x}" for number in range(MANY - 1, MANY - 21, -1)]


async def test_a_line_that_is_no_record_is_what_a_process_printed(real: Backends, evidence: BackendEvidence) -> None:
    """It has the names of its stream, and counts as info."""
    at_s = round(time.time()) - 1000.0
    loki.push_lines(real.loki, "printer", "printer-1", [(at_s, "Traceback (most recent call last):")])
    window = Window(at_s - 1, at_s + 1)
    told = LogRecord(at_s, "printer", "printer-1", "info", "process.printed", "", "",
                     {"message": "Traceback (most recent call last):"})  # fmt: skip
    for wanted, found in (
        (LogQuery(service="printer"), [told]),
        (LogQuery(service="printer-1", level="info"), [told]),
        (LogQuery(service="printer", event="process.printed"), [told]),
        (LogQuery(service="printer", level="warning"), []),
        (LogQuery(service="printer", text='("'), []),
        (LogQuery(service="printer", text="(MOST RECENT"), [told]),
    ):
        assert list((await evidence.logs(wanted, window)).items) == found


async def test_a_sample_of_messages_stands_for_all_deliveries(real: Backends, evidence: BackendEvidence) -> None:
    """Who sent them is told by traces, how many there were by the worker's own count."""
    start_s, feed = round(time.time()) - 2000.0, BackendFeed(real, evidence)
    for number in range(4):
        trace, at_s = 1000 + number, start_s + 10 + number
        feed.record(
            span(trace, 1, 0, at_s, name="send far-queue", kind="producer"),
            span(
                trace,
                2,
                1,
                at_s + 1,
                service="far-worker",
                name="process far-queue",
                kind="consumer",
                error=number == 0,
            ),
        )
    labels = {"service": "far-worker", "instance": "far-worker-1", "queue": "far-queue"}
    points = [(start_s + 2.0 * look, 4.0 * look) for look in range(31)]
    feed.expose("messaging_process_duration_seconds_count", labels, points)
    await feed.settled()
    (edge,) = (await evidence.graph(Window(start_s, start_s + 60))).edges
    assert (edge.caller, edge.callee, edge.via, edge.calls, edge.errors) == ("far-shop", "far-worker", "queue", 120, 30)
