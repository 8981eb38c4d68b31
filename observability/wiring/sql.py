"""What is seen of every SQL statement: a CLIENT span where a trace is under way, a duration, and the pool's use."""

import re
import time
from collections.abc import Callable
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import SpanKind
from prometheus_client import Histogram
from sqlalchemy import event
from sqlalchemy.engine import Dialect, ExecutionContext
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from observability.wiring import vocabulary as names
from observability.wiring.otlp import Prepared
from observability.wiring.spans import Span
from observability.wiring.telemetry import Telemetry
from observability.wiring.tracing import Tracer

_MOST_STATEMENTS = 1000
_COLLECTION = re.compile(
    r"\b(?:FROM|INTO|UPDATE|TABLE)\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?[\"`]?([A-Za-z_][\w.]*)", re.IGNORECASE
)


def instrument_engine(engine: AsyncEngine, name: str, telemetry: Telemetry) -> None:
    """Watch `engine`, which is called `name` in metrics and spans. Statements outside a trace get no span."""
    if not telemetry.enabled:
        return
    watch = _Statements(engine.dialect, name, telemetry)
    # These events take the place of the call itself, which costs half of what a pair before and after it does.
    event.listen(engine.sync_engine, "do_execute", watch.execute)
    event.listen(engine.sync_engine, "do_executemany", watch.execute_many)
    event.listen(engine.sync_engine, "do_execute_no_params", watch.execute_plain)
    telemetry.metrics.gauge(names.DB_POOL_IN_USE).labels(name).set_function(lambda: _pool(engine)[0])
    telemetry.metrics.gauge(names.DB_POOL_SIZE).labels(name).set_function(lambda: _pool(engine)[1])


def _pool(engine: AsyncEngine) -> tuple[int, int]:
    """Connections in use and the most there may be; 0 and 0 for pools that do not count. Asked at each scrape."""
    pool = engine.sync_engine.pool
    return (pool.checkedout(), pool.size()) if isinstance(pool, QueuePool) else (0, 0)


class _Statement:
    """What all executions of one statement share."""

    __slots__ = ("attributes", "name", "observe")

    def __init__(self, name: str, attributes: bytes, duration: Histogram) -> None:
        self.name = name
        self.attributes = attributes
        self.observe = duration.observe


class _Statements:
    """Executes one engine's statements. The text of a statement decides its name and attributes, which are kept."""

    def __init__(self, dialect: Dialect, name: str, telemetry: Telemetry) -> None:
        self._dialect = dialect
        self._name = name
        self._tracer: Tracer = telemetry.tracer
        self._duration = telemetry.metrics.histogram(names.DB_DURATION)
        self._known: dict[str, _Statement] = {}

    def execute(self, cursor: DBAPICursor, statement: str, parameters: Any, context: ExecutionContext | None) -> bool:
        """Run a statement; True tells SQLAlchemy that it was run."""
        return self._run(statement, self._dialect.do_execute, cursor, statement, parameters, context)

    def execute_many(
        self, cursor: DBAPICursor, statement: str, parameters: Any, context: ExecutionContext | None
    ) -> bool:
        """Run a statement for many rows."""
        return self._run(statement, self._dialect.do_executemany, cursor, statement, parameters, context)

    def execute_plain(self, cursor: DBAPICursor, statement: str, context: ExecutionContext | None) -> bool:
        """Run a statement without parameters."""
        return self._run(statement, self._dialect.do_execute_no_params, cursor, statement, context)

    def _run(self, statement: str, run: Callable[..., None], *arguments: object) -> bool:
        known = self._known.get(statement) or self._learn(statement)
        started = time.time_ns()
        try:
            run(*arguments)
        except Exception as error:
            self._failed(known, started, error)
            raise
        ended = time.time_ns()
        known.observe((ended - started) / 1e9)
        parent = trace.get_current_span()
        if type(parent) is Span and parent.recorded:
            self._tracer.record(known.name, SpanKind.CLIENT, parent, known.attributes, started, ended)
        return True

    def _failed(self, known: _Statement, started: int, error: Exception) -> None:
        known.observe((time.time_ns() - started) / 1e9)
        parent = trace.get_current_span()
        if type(parent) is Span and parent.recorded:
            span = self._tracer.span(known.name, SpanKind.CLIENT, parent, known.attributes)
            span.started(started)
            span.set_attribute(names.ERROR_TYPE, type(error).__name__)
            span.fail(error)
            span.end()

    def _learn(self, statement: str) -> _Statement:
        operation = statement.lstrip().split(None, 1)[0].upper() if statement.strip() else "EMPTY"
        found = _COLLECTION.search(statement)
        attributes = {
            names.DB_SYSTEM: self._dialect.name,
            names.DB_NAMESPACE: self._name,
            names.DB_OPERATION: operation,
            names.DB_QUERY: statement,
        }
        if found:
            attributes[names.DB_COLLECTION] = found[1]
        if len(self._known) >= _MOST_STATEMENTS:
            self._known.clear()
        known = _Statement(
            f"{operation} {found[1]}" if found else operation,
            Prepared(attributes).encoded,
            self._duration.labels(self._name, operation),
        )
        self._known[statement] = known
        return known
