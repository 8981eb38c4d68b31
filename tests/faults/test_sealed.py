"""Whoever looks for the cause finds symptoms: nothing that a service shows names a fault or says that one is on."""

import re
from collections.abc import Callable, Sequence
from uuid import uuid4

import httpx
import pytest

from tests.support.otlp_receiver import OtlpReceiver
from tests.support.polling import poll_until
from tests.support.proof import REPOSITORY, service_under_proof

FAULTS = sorted(
    f"{path.parts[-3]}.{path.stem}" for path in REPOSITORY.glob("services/*/faults/*.py") if path.stem != "__init__"
)
SHOWN_TO_ALL = ("/health", "/ready", "/metrics", "/openapi.json", "/no-such-page")


def order_and_invoice(billing: httpx.Client) -> list[httpx.Response]:
    """Have an order invoiced, replayed, and the ledger reconciled."""
    line = {"sku": "MUG-1", "name": "Mug", "quantity": 3, "unit_price_cents": 1999, "tax_percent": 19}
    event = {
        "event_id": uuid4().hex,
        "type": "order.placed",
        "order_id": uuid4().hex,
        "customer_id": "ada",
        "occurred_at": "2025-11-22T03:00:00Z",
        "lines": [line],
        "discount_cents": 0,
        "total_cents": 5997,
    }
    posted = [billing.post("/events", json=event) for _ in range(3)]
    return [*posted, billing.post("/ledger/reconciliation"), billing.get("/ledger"), billing.get("/invoices/none")]


TRAFFIC: dict[str, Callable[[httpx.Client], Sequence[httpx.Response]]] = {"billing": order_and_invoice}
"""Service → requests in which its faults show."""


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_that_is_shown_names_the_fault(fault: str) -> None:
    """While a fault is on, answers, headers, metrics, logs and spans do not say so."""
    service, what_goes_wrong = fault.split(".")
    telling = re.compile(rf"{what_goes_wrong}|\bfault|chaos|\bswitch", re.IGNORECASE)
    with OtlpReceiver() as receiver:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "OTEL_TRACES_EXPORTER": "otlp"}
        with (
            service_under_proof(service, fault=fault, environment=environment) as process,
            httpx.Client(base_url=process.url) as client,
        ):
            answers = [*TRAFFIC[service](client), *(client.get(path) for path in SHOWN_TO_ALL)]
            poll_until(receiver.spans, "spans of the requests")
            log = process.log.read_text()
        spans = receiver.spans()

    shown = [f"{answer.headers} {answer.text}" for answer in answers] + [log] + [repr(span) for span in spans]
    assert log
    assert [telling.findall(text) for text in shown if telling.search(text)] == []
