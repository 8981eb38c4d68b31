"""Every statement of a request is seen, without its values."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from observability.wiring import Telemetry
from observability.wiring.sql import instrument_engine
from tests.observability.wiring.conftest import WireService
from tests.support.otlp_receiver import OtlpReceiver


def watched(telemetry: Telemetry, directory: Path) -> AsyncEngine:
    """An engine under watch, called `order`."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{directory}/order.db", pool_size=3)
    instrument_engine(engine, "order", telemetry)
    return engine


async def test_a_statement_is_a_span_below_the_request(
    receiver: OtlpReceiver, wired: WireService, tmp_path: Path
) -> None:
    """Span names say operation and table; the query has its parameters' places, not their values."""
    order = wired()
    engine = watched(order, tmp_path)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE IF NOT EXISTS orders (id TEXT)"))
    with order.tracer.start_as_current_span("request"):
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO orders VALUES (:id)"), [{"id": "a"}, {"id": "b"}])
            rows = await connection.execute(text("SELECT id FROM orders WHERE id = :id"), {"id": "secret-value"})
            assert rows.all() == []
    await engine.dispose()
    order.close()
    spans = {span.name: span for span in receiver.spans()}
    assert set(spans) == {"request", "INSERT orders", "SELECT orders"}
    select = spans["SELECT orders"]
    assert (select.kind, select.parent_id) == ("CLIENT", spans["request"].span_id)
    assert select.attributes == {
        "db.system.name": "sqlite",
        "db.namespace": "order",
        "db.operation.name": "SELECT",
        "db.collection.name": "orders",
        "db.query.text": "SELECT id FROM orders WHERE id = ?",
    }


async def test_a_statement_outside_a_trace_makes_no_span(
    receiver: OtlpReceiver, wired: WireService, tmp_path: Path
) -> None:
    """Polling in the background leaves durations, not thousands of one-span traces."""
    order = wired()
    engine = watched(order, tmp_path)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    await engine.dispose()
    order.close()
    assert receiver.spans() == []
    labels = {"database": "order", "operation": "SELECT"}
    assert order.metrics.registry.get_sample_value("db_client_operation_duration_seconds_count", labels) == 1


async def test_a_statement_that_fails_is_an_error(receiver: OtlpReceiver, wired: WireService, tmp_path: Path) -> None:
    """The database's complaint is on the statement's span."""
    order = wired()
    engine = watched(order, tmp_path)
    with order.tracer.start_as_current_span("request"):
        async with engine.connect() as connection:
            with pytest.raises(DBAPIError):
                await connection.execute(text("SELECT * FROM nowhere"))
    await engine.dispose()
    order.close()
    [span] = [span for span in receiver.spans() if span.name == "SELECT nowhere"]
    assert (span.status, span.attributes["error.type"]) == ("ERROR", "OperationalError")
    assert "no such table" in span.events[0][1]["exception.message"]


async def test_the_pool_is_measured_at_each_scrape(wired: WireService, tmp_path: Path) -> None:
    """In use and size are read from the pool when asked, also from the one that follows a disposal."""
    order = wired()
    engine = watched(order, tmp_path)
    await engine.dispose()
    async with engine.connect() as one, engine.connect():
        await one.execute(text("SELECT 1"))
        in_use = order.metrics.registry.get_sample_value("db_client_connections_in_use", {"pool": "order"})
        size = order.metrics.registry.get_sample_value("db_client_connections_max", {"pool": "order"})
    await engine.dispose()
    assert (in_use, size) == (2, 3)
