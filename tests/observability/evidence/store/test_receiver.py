"""OTLP over HTTP: what is taken, what is refused, and with which words."""

import base64
import gzip
import json
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from observability.evidence.app import create_app
from observability.evidence.model import LogQuery, LogRecord, TraceQuery, Window
from observability.evidence.settings import EvidenceSettings
from observability.evidence.store.store import EmbeddedStore
from tests.support.evidence_contract.feeding import EmbeddedFeed, logs_request
from tests.support.otlp_requests import spans_request
from tests.support.polling import poll_until_async
from tests.support.served import served

pytestmark = pytest.mark.anyio
PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json; charset=utf-8"}
GZIP = {"Content-Encoding": "gzip"}


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    """A store of little patience."""
    return EmbeddedStore(
        EvidenceSettings(home=tmp_path / "evidence", flush_every_s=0.01, body_mb=1, waiting_spans=1000)
    )


@pytest.fixture
async def sender(store: EmbeddedStore) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who sends to it."""
    async with served(create_app(store._settings, store)) as client:
        yield client


async def names_in(store: EmbeddedStore, trace: int = 1) -> list[str]:
    """Return the names of the spans of a trace."""
    await EmbeddedFeed(store).settled()
    return [span.name for span in (await store.trace(f"{trace:032x}")).spans]


def as_json(request: Any) -> bytes:
    """Return an export as OTLP/JSON has it: protobuf's JSON, but for the ids."""

    def plain(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: plain(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [plain(item) for item in value]
        return base64.b64decode(value).hex() if key in ("traceId", "spanId", "parentSpanId") else value

    return json.dumps(plain(MessageToDict(request))).encode()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
async def test_spans_are_taken(
    store: EmbeddedStore, sender: httpx.AsyncClient, kind: dict[str, str], *, packed: bool
) -> None:
    """As protobuf and as JSON, packed or not; the answer is of the same kind."""
    request = spans_request(time.time_ns(), "a", "b")
    body = request.SerializeToString() if kind is PROTOBUF else as_json(request)
    headers = kind | (GZIP if packed else {})
    answer = await sender.post("/v1/traces", content=gzip.compress(body, mtime=0) if packed else body, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"" if kind is PROTOBUF else b"{}")
    assert answer.headers["content-type"] == kind["Content-Type"].partition(";")[0]
    assert await names_in(store) == ["a", "b"]


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
async def test_log_records_are_taken(store: EmbeddedStore, sender: httpx.AsyncClient, kind: dict[str, str]) -> None:
    """With their severity as a level."""
    now_s = time.time()
    record = LogRecord(now_s, "shop", "shop-1", "error", "till.jammed", "ab" * 16, "cd" * 8, {"till": 3})
    request = logs_request(record)
    body = request.SerializeToString() if kind is PROTOBUF else as_json(request)
    answer = await sender.post("/v1/logs", content=body, headers=kind)
    assert answer.status_code == 200
    assert not ExportLogsServiceResponse.FromString(answer.content if kind is PROTOBUF else b"").HasField(
        "partial_success"
    )
    await EmbeddedFeed(store).settled()
    (stored,) = (await store.logs(LogQuery(), Window(now_s - 1, now_s + 1))).items
    assert (stored.event, stored.level, stored.trace_id, dict(stored.fields)) == (
        "till.jammed",
        "error",
        "ab" * 16,
        {"till": 3},
    )


async def test_spans_without_sound_ids_are_left_out_and_told_of(
    store: EmbeddedStore, sender: httpx.AsyncClient
) -> None:
    """The others are taken."""
    request = spans_request(time.time_ns(), "sound", "unsound")
    request.resource_spans[0].scope_spans[0].spans[1].span_id = b"short"
    answer = await sender.post("/v1/traces", content=request.SerializeToString(), headers=PROTOBUF)
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, partial.rejected_spans, bool(partial.error_message)) == (200, 1, True)
    assert await names_in(store) == ["sound"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (PROTOBUF, b"\xff\xff\xff", 400),
        (PROTOBUF | GZIP, b"not packed", 400),
        (PROTOBUF | GZIP, gzip.compress(b"\x0a\x00", mtime=0)[:-4], 400),
        (JSON, b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "xyz"}]}]}]}', 400),
        (JSON, b"{", 400),
        ({"Content-Type": "text/plain"}, b"", 415),
        (PROTOBUF | {"Content-Encoding": "br"}, b"", 415),
        (PROTOBUF, bytes((1 << 20) + 1), 413),
        (PROTOBUF | GZIP, gzip.compress(bytes(1 << 22), mtime=0), 413),
    ],
)
async def test_what_cannot_be_taken_is_refused(
    sender: httpx.AsyncClient, headers: dict[str, str], body: bytes, status: int
) -> None:
    """With the status that tells a sender not to try again."""
    answer = await sender.post("/v1/traces", content=body, headers=headers)
    assert answer.status_code == status
    if headers["Content-Type"].startswith("application/json"):
        assert answer.json()["message"]


async def test_a_slow_disk_makes_senders_wait_and_nobody_else(
    store: EmbeddedStore, sender: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are told so at once, and what was taken is there when the disk is back."""
    disk = threading.Event()
    write = store._writer._transact
    monkeypatch.setattr(store._writer, "_transact", lambda waiting: (disk.wait(), write(waiting)))
    answers: list[httpx.Response] = []
    slowest, taken = 0.0, 0
    try:
        while not answers or answers[-1].status_code == 200:
            body = spans_request(time.time_ns(), *["span"] * 50, trace=taken + 1).SerializeToString()
            began = time.monotonic()
            answers.append(await sender.post("/v1/traces", content=body, headers=PROTOBUF))
            slowest = max(slowest, time.monotonic() - began)
            taken += answers[-1].status_code == 200
        assert (answers[-1].status_code, answers[-1].headers["Retry-After"]) == (503, "1")
        assert (await sender.get("/ready")).status_code == 200
    finally:
        disk.set()
    assert taken * 50 <= 1000 + 50
    assert slowest < 1.0

    async def again() -> bool:
        return (await sender.post("/v1/traces", content=body, headers=PROTOBUF)).status_code == 200

    await poll_until_async(again, "the sender to be welcome again")
    await EmbeddedFeed(store).settled()
    now_s = time.time()
    page = await store.traces(TraceQuery(), Window(now_s - 60, now_s + 60), limit=1000)
    assert [trace.spans for trace in page.items] == [50] * (taken + 1)


async def test_what_could_not_be_written_is_tried_again(
    store: EmbeddedStore, sender: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk costs nothing, if it is not full for long."""
    write, failures = store._writer._transact, [OSError("no room")]
    monkeypatch.setattr(
        store._writer, "_transact", lambda waiting: write(waiting) if not failures else _raise(failures.pop())
    )
    monkeypatch.setattr("observability.evidence.store.writer.PAUSE_S", 0.01)
    body = spans_request(time.time_ns(), "patient").SerializeToString()
    assert (await sender.post("/v1/traces", content=body, headers=PROTOBUF)).status_code == 200
    assert await names_in(store) == ["patient"]
    assert failures == []


def _raise(error: Exception) -> None:
    raise error
