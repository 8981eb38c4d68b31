"""The store as a process: senders of others, and sudden deaths."""

import time
from functools import partial
from pathlib import Path

import httpx
import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from observability.evidence.client import RemoteEvidence
from observability.evidence.errors import NotFound
from observability.evidence.model import Trace
from tests.support.evidence_process import EvidenceProcess, evidence_process
from tests.support.otlp_requests import spans_request
from tests.support.polling import poll_until_async

pytestmark = [pytest.mark.anyio, pytest.mark.live, pytest.mark.xdist_group("store")]
PROTOBUF = {"Content-Type": "application/x-protobuf"}
SPANS = 40


async def present(store: EvidenceProcess, trace_id: str) -> Trace:
    """Return a trace, waiting for it."""
    async with RemoteEvidence(store.url) as evidence:
        return await poll_until_async(partial(stored, evidence, trace_id), f"trace {trace_id}")


async def stored(evidence: RemoteEvidence, trace_id: str) -> Trace | None:
    """Return a trace, once it is there."""
    try:
        return await evidence.trace(trace_id)
    except NotFound:
        return None


async def test_an_opentelemetry_sdk_can_send_to_it(tmp_path: Path) -> None:
    """With the exporter that everybody has."""
    with evidence_process(tmp_path) as store:
        provider = TracerProvider(resource=Resource.create({"service.name": "foreign", "service.instance.id": "f-1"}))
        provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"{store.url}/v1/traces")))
        tracer = provider.get_tracer("tests")
        with (
            tracer.start_as_current_span("outer", attributes={"shelf": 7}) as outer,
            tracer.start_as_current_span("inner"),
        ):
            pass
        provider.shutdown()
        trace_id = f"{outer.get_span_context().trace_id:032x}"
        trace = await present(store, trace_id)
    assert [(span.name, span.service, span.instance) for span in trace.spans] == [
        ("outer", "foreign", "f-1"),
        ("inner", "foreign", "f-1"),
    ]
    assert dict(trace.spans[0].attributes) == {"shelf": 7}


async def test_a_kill_in_the_middle_of_writing_costs_the_last_moment_only(tmp_path: Path) -> None:
    """Three times: what could be read once can be read again, a trace is there or not, and the store goes on."""
    sent: list[int] = []
    with evidence_process(tmp_path) as store:
        for life in range(3):
            await _send(store, sent, 1000 * life + 1)
            seen = await present(store, f"{sent[-1]:032x}")
            known = len(sent)
            assert len(seen.spans) == SPANS
            await _send(store, sent, 1000 * life + 501)
            store.kill()
            store.start()
            async with RemoteEvidence(store.url) as evidence:
                found = [await stored(evidence, f"{number:032x}") for number in sent]
            assert all(found[:known])
            assert {len(trace.spans) for trace in found if trace} == {SPANS}
            sent = [number for number, trace in zip(sent, found, strict=True) if trace]
    assert not list((tmp_path / "evidence").glob("*.unreadable"))


async def _send(store: EvidenceProcess, sent: list[int], first: int) -> None:
    async with httpx.AsyncClient(base_url=store.url, trust_env=False, headers=PROTOBUF) as sender:
        for number in range(first, first + 60):
            names = [f"span {place}" for place in range(SPANS)]
            body = spans_request(time.time_ns(), *names, trace=number).SerializeToString()
            if (await sender.post("/v1/traces", content=body)).status_code == httpx.codes.OK:
                sent.append(number)
