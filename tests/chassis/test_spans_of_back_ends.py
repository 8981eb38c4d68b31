"""Spans say in the words of the conventions which database and which broker they are about."""

from pathlib import Path

from sqlalchemy import MetaData

from observability.wiring import wire
from observability.wiring.current import Identity
from observability.wiring.settings import TelemetrySettings
from services.chassis.broker import ORDER_QUEUE, Delivery
from services.chassis.database import Database
from services.chassis.outbox import OutboxRelay, add_to_outbox, outbox_table
from tests.support.back_ends import BackEnd, broker_url, database_url
from tests.support.broker import message
from tests.support.brokers import Brokers
from tests.support.consuming import consuming, emptied
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.polling import poll_until_async

metadata = MetaData()
outbox = outbox_table(metadata)


async def test_a_message_is_followed_from_its_statement_to_its_consumer(
    back_end_with_broker: BackEnd, tmp_path: Path
) -> None:
    """The statement that stored it, its sending and its handling are one trace, as a collector receives it."""
    handled = []

    async def handle(delivery: Delivery) -> None:
        handled.append(delivery.message.id)

    async def all_handled() -> bool:
        return bool(handled)

    with back_end_with_broker.passing(), OtlpReceiver() as receiver:
        chosen = {"traces_exporter": "otlp", "exporter_otlp_endpoint": receiver.endpoint}
        telemetry = wire(Identity("order-service", "order-service-1"), TelemetrySettings.model_validate(chosen))
        async with (
            Database(database_url(tmp_path, "order"), metadata, telemetry, name="order") as database,
            Brokers(broker_url(tmp_path))() as broker,
        ):
            with telemetry.tracer.start_as_current_span("request"):
                async with database.begin() as connection:
                    await add_to_outbox(connection, outbox, message("m"))
            async with OutboxRelay(database, outbox, broker, telemetry), consuming(broker, handle, telemetry):
                await poll_until_async(all_handled, "the message to be handled")
                await emptied(broker)
        telemetry.close()
    spans = {span.name: span for span in receiver.spans()}
    insertion, sending, handling = (
        spans[name] for name in ("INSERT outbox", f"send {ORDER_QUEUE}", f"process {ORDER_QUEUE}")
    )
    assert len({span.trace_id for span in (insertion, sending, handling)}) == 1
    real = back_end_with_broker.cluster is not None
    assert insertion.attributes["db.system.name"] == ("postgresql" if real else "sqlite")
    assert insertion.attributes["db.namespace"] == "order"
    for span, operation in ((sending, "send"), (handling, "process")):
        assert span.attributes["messaging.system"] == ("rabbitmq" if real else "sqlite")
        assert span.attributes["messaging.destination.name"] == ORDER_QUEUE
        assert span.attributes["messaging.operation.type"] == operation
    assert (sending.kind, handling.kind) == ("PRODUCER", "CONSUMER")
