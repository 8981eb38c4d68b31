"""Messages are seen on both sides of the queue."""

import pytest

from observability.wiring.messaging import consuming, mark_failed, producing
from tests.observability.wiring.conftest import WireService
from tests.support.otlp_receiver import OtlpReceiver


def test_a_message_sent_in_a_request_belongs_to_it(receiver: OtlpReceiver, wired: WireService) -> None:
    """Without a stored context the producer's span is below the current one, and the headers carry its ids."""
    order, headers = wired(), dict[str, str]()
    with order.tracer.start_as_current_span("request"), producing(order, "order-queue", "m1", headers):
        pass
    order.close()
    spans = {span.name: span for span in receiver.spans()}
    sent = spans["send order-queue"]
    assert (sent.kind, sent.parent_id) == ("PRODUCER", spans["request"].span_id)
    assert headers["traceparent"] == f"00-{sent.trace_id}-{sent.span_id}-01"
    assert sent.attributes == {
        "messaging.system": "sqlite",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "order-queue",
        "messaging.message.id": "m1",
    }


def test_a_handler_that_copes_with_an_error_can_still_show_it(receiver: OtlpReceiver, wired: WireService) -> None:
    """An error that ends in a retry is on the delivery's span."""
    worker = wired("fulfilment-worker")
    with consuming(worker, "order-queue", "m1", {}, attempt=3, system="rabbitmq"):
        mark_failed(ConnectionError("billing is away"))
    worker.close()
    [span] = receiver.spans()
    assert (span.status, span.status_message) == ("ERROR", "ConnectionError: billing is away")
    assert span.attributes["messaging.message.delivery_attempt"] == 3
    assert span.attributes["messaging.system"] == "rabbitmq"


def test_an_error_that_gets_through_is_recorded(receiver: OtlpReceiver, wired: WireService) -> None:
    """Nothing has to be done for it."""
    worker = wired("fulfilment-worker")
    with pytest.raises(KeyError), consuming(worker, "order-queue", "m1", {}):
        raise KeyError("order_id")
    worker.close()
    assert receiver.spans()[0].status == "ERROR"
