"""An order that comes in through the load balancer can be followed to its end, in logs and in one trace."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.customers import GOOD_CARD, SKUS
from tests.support.lab import RunningLab, running_lab
from tests.support.otlp_receiver import OtlpReceiver, ReceivedSpan
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

TOUCHED = {
    "load-balancer",
    "api-gateway",
    "order-service",
    "inventory-service",
    "payment-service",
    "payment-provider",
    "fulfilment-worker",
    "billing-service",
}


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    """Return what the services send their spans to."""
    with OtlpReceiver() as receiver:
        yield receiver


@pytest.fixture
def lab(tmp_path: Path, receiver: OtlpReceiver) -> Iterator[RunningLab]:
    """Return a lab whose spans can be looked at."""
    where = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200"}
    with running_lab(tmp_path, "--no-load", env=where) as lab:
        yield lab


def test_an_order_can_be_followed_through_every_service_it_touched(lab: RunningLab, receiver: OtlpReceiver) -> None:
    """Logs of all services carry its trace id, and every span but the first hangs below another one."""
    placed = httpx.post(
        f"{lab.url('edge')}/orders",
        json={"customer_id": "anna", "lines": [{"sku": SKUS[0], "quantity": 2}], "card_token": GOOD_CARD},
        headers={"Idempotency-Key": "follow-me"},
    )
    assert placed.status_code == httpx.codes.CREATED
    notified = poll_until(
        lambda: lab.records(event="customer.notified", order_id=placed.json()["order_id"]), "the end of the order"
    )
    trace_id = notified[0]["trace_id"]

    def told_by_all() -> list[dict[str, Any]]:
        told = lab.records(trace_id=trace_id)
        return told if {record["service"] for record in told} >= TOUCHED else []

    told = poll_until(told_by_all, "a log line with the trace id from every service")
    assert {record["request_id"] for record in told} == {placed.headers["X-Request-ID"]}
    assert all(record["span_id"] for record in told)
    printed = lab.cli("logs", "--trace", trace_id)
    assert all(service in printed for service in TOUCHED)

    def whole_trace() -> list[ReceivedSpan]:
        spans = receiver.spans(trace_id)
        ids = {span.span_id for span in spans}
        orphans = [span for span in spans if span.parent_id and span.parent_id not in ids]
        return spans if not orphans and {span.service for span in spans} >= TOUCHED else []

    spans = poll_until(whole_trace, "one unbroken trace over every service")
    assert [span.service for span in spans if not span.parent_id] == ["load-balancer"]
    by_id = {span.span_id: span for span in spans}
    queued = [span for span in spans if span.kind == "CONSUMER"]
    assert [by_id[span.parent_id].kind for span in queued] == ["PRODUCER"]
    # Log lines point at spans of the same trace, whichever process they are from.
    assert {record["span_id"] for record in told} <= by_id.keys()
