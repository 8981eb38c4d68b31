"""Every name that telemetry uses: metrics, span attributes, log fields, headers. Dashboards are checked against it.

Names follow the OpenTelemetry semantic conventions and the Prometheus naming rules: base units in the name (seconds,
cents, units), `_total` on counters, labels of small, closed sets only.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: what it is called, what it counts, and the labels it is split by. `buckets` only for histograms."""

    kind: Literal["counter", "gauge", "histogram"]
    name: str
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LAG_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


def _counter(name: str, text: str, *labels: str) -> Metric:
    return Metric("counter", name, text, labels)


def _gauge(name: str, text: str, *labels: str) -> Metric:
    return Metric("gauge", name, text, labels)


def _histogram(name: str, text: str, *labels: str, buckets: tuple[float, ...] = REQUEST_SECONDS) -> Metric:
    return Metric("histogram", name, text, labels, buckets)


# HTTP, the serving side. `route` is the template ("/orders/{order_id}"), empty when nothing matched.
HTTP_SERVER_DURATION = _histogram(
    "http_server_request_duration_seconds", "Time to serve a request, body included.", "method", "route", "status"
)
HTTP_SERVER_FAILURES = _counter(
    "http_server_request_failures_total", "Requests that ended in a server error.", "method", "route", "reason"
)
HTTP_SERVER_IN_FLIGHT = _gauge("http_server_active_requests", "Requests being served now.")

# HTTP, the calling side: one observation per attempt. `status` is empty when no answer came.
HTTP_CLIENT_DURATION = _histogram(
    "http_client_request_duration_seconds", "Time an attempt took, body included.", "peer", "method", "status"
)
HTTP_CLIENT_FAILURES = _counter(
    "http_client_request_failures_total", "Attempts without an answer, or with a server error.", "peer", "reason"
)
HTTP_CLIENT_IN_FLIGHT = _gauge("http_client_active_requests", "Attempts waiting for their answer now.", "peer")
HTTP_CLIENT_RETRIES = _counter("http_client_retries_total", "Attempts beyond the first.", "peer")

# What stands between a caller and a neighbour.
BREAKER_STATE = _gauge("circuit_breaker_state", "0 closed, 1 half open, 2 open.", "peer")
BREAKER_TRANSITIONS = _counter("circuit_breaker_transitions_total", "Changes of the breaker's state.", "peer", "state")
BULKHEAD_IN_USE = _gauge("bulkhead_slots_in_use", "Slots taken now.", "bulkhead")
BULKHEAD_SIZE = _gauge("bulkhead_slots", "Slots there are.", "bulkhead")
BULKHEAD_REJECTIONS = _counter("bulkhead_rejections_total", "Calls refused because no slot came free.", "bulkhead")
BACKEND_UP = _gauge("load_balancer_backend_up", "1 when the backend is in rotation, else 0.", "backend")

# Databases.
DB_DURATION = _histogram("db_client_operation_duration_seconds", "Time a statement took.", "database", "operation")
DB_POOL_IN_USE = _gauge("db_client_connections_in_use", "Connections checked out of the pool now.", "pool")
DB_POOL_SIZE = _gauge("db_client_connections_max", "Connections the pool may hold, overflow not counted.", "pool")

# Messages. `state` is ready, leased or dead.
QUEUE_DEPTH = _gauge("messaging_queue_depth", "Messages in the queue.", "queue", "state")
QUEUE_OLDEST_AGE = _gauge("messaging_queue_oldest_message_age_seconds", "Age of the oldest waiting message.", "queue")
MESSAGES_PUBLISHED = _counter("messaging_messages_published_total", "Messages handed to the broker.", "topic")
MESSAGES_PROCESSED = _counter("messaging_messages_processed_total", "Deliveries by how they ended.", "queue", "outcome")
MESSAGE_DURATION = _histogram("messaging_process_duration_seconds", "Time a delivery took to handle.", "queue")
DELIVERY_ATTEMPTS = _histogram(
    "messaging_delivery_attempts", "Which attempt a delivery was.", "queue", buckets=(1.0, 2.0, 3.0, 5.0, 10.0)
)
DEAD_LETTERS = _counter("messaging_dead_letters_total", "Messages given up after bounded redelivery.", "queue")
OUTBOX_PENDING = _gauge("messaging_outbox_pending", "Messages stored and not yet handed to the broker.")
OUTBOX_OLDEST_AGE = _gauge("messaging_outbox_oldest_message_age_seconds", "Age of the oldest message in the outbox.")

# The process.
LOOP_LAG = _gauge("event_loop_lag_seconds", "How late the event loop ran its latest tick.")
LOOP_LAG_DURATION = _histogram(
    "event_loop_lag_duration_seconds", "How late the event loop ran its ticks.", buckets=LAG_SECONDS
)
PERIODIC_RUNS = _counter("periodic_runs_total", "Runs of a periodic job.", "job", "outcome")
SPANS_EXPORTED = _counter("telemetry_spans_exported_total", "Spans the receiver has taken.")
SPANS_DROPPED = _counter("telemetry_spans_dropped_total", "Spans that could not be delivered.", "reason")

# The business. Money in integer cents EUR.
ORDERS = _counter("orders_total", "Orders by what became of them.", "outcome")
ORDER_HISTORY_READS = _counter(
    "order_history_reads_total", "Order histories by the database that was read, and why.", "server", "reason"
)
REVENUE = _counter("order_revenue_cents_total", "Gross value of confirmed orders, tax included.")
STOCK = _gauge("stock_units", "Units that can be sold now.", "sku")
STOCK_MISMATCH = _gauge(
    "stock_mismatch_units", "Units on sale and promised against all that there ever were, apart, absolute, summed up."
)
RESERVATIONS = _counter("stock_reservations_total", "Reservations by what became of them.", "outcome")
RESTOCK_ORDERS = _counter("stock_restock_orders_total", "Orders placed at the supplier.", "outcome")
PAYMENTS = _counter("payments_total", "Operations at the card network.", "operation", "outcome")
CHARGES_EXCESS = _gauge("charges_excess_cents", "Taken for orders more than once, by the card network's ledger.")
INVOICES = _counter("invoices_total", "Invoices by what became of them.", "outcome")
LEDGER_DRIFT = _gauge("ledger_drift_cents", "Running totals and entries apart, absolute, summed over all accounts.")
RECONCILIATIONS = _counter("ledger_reconciliations_total", "Runs of the reconciliation.", "outcome")
NOTIFICATIONS = _counter("customer_notifications_total", "Messages sent to customers.", "outcome")
STALE_ANSWERS = _counter("stale_answers_total", "Answers served from the last known copy.", "resource")

# Span attributes.
HTTP_METHOD = "http.request.method"
HTTP_RESEND_COUNT = "http.request.resend_count"
HTTP_ROUTE = "http.route"
HTTP_STATUS = "http.response.status_code"
URL_FULL = "url.full"
URL_PATH = "url.path"
URL_QUERY = "url.query"
URL_SCHEME = "url.scheme"
URL_TEMPLATE = "url.template"
SERVER_ADDRESS = "server.address"
SERVER_PORT = "server.port"
CLIENT_ADDRESS = "client.address"
USER_AGENT = "user_agent.original"
PROTOCOL_VERSION = "network.protocol.version"
PEER = "peer.service"
ERROR_TYPE = "error.type"
DB_SYSTEM = "db.system.name"
DB_NAMESPACE = "db.namespace"
DB_OPERATION = "db.operation.name"
DB_COLLECTION = "db.collection.name"
DB_QUERY = "db.query.text"
MESSAGING_SYSTEM = "messaging.system"
MESSAGING_OPERATION = "messaging.operation.name"
MESSAGING_OPERATION_TYPE = "messaging.operation.type"
MESSAGING_DESTINATION = "messaging.destination.name"
MESSAGING_MESSAGE_ID = "messaging.message.id"
MESSAGING_ATTEMPT = "messaging.message.delivery_attempt"
EXCEPTION_TYPE = "exception.type"
EXCEPTION_MESSAGE = "exception.message"
EXCEPTION_STACKTRACE = "exception.stacktrace"
EXCEPTION_EVENT = "exception"

# Resource attributes.
SERVICE_NAME = "service.name"
SERVICE_INSTANCE = "service.instance.id"
SERVICE_NAMESPACE = "service.namespace"
SDK_NAME = "telemetry.sdk.name"
SDK_LANGUAGE = "telemetry.sdk.language"

# Fields that every log line may carry, in this order; what the caller adds comes after them.
LOG_TIME = "time"
LOG_LEVEL = "level"
LOG_EVENT = "event"
LOG_SERVICE = "service"
LOG_REPLICA = "replica"
LOG_TRACE = "trace_id"
LOG_SPAN = "span_id"
LOG_REQUEST = "request_id"
LOG_EXCEPTION = "exception"
LOG_MESSAGE = "message"
EXEMPLAR_TRACE = "trace_id"
EXEMPLAR_SPAN = "span_id"

# Headers, of HTTP requests and of messages.
HEADER_TRACEPARENT = "traceparent"
HEADER_TRACESTATE = "tracestate"
HEADER_BAGGAGE = "baggage"
HEADER_REQUEST_ID = "x-request-id"

# Keys by which other layers tell the middleware and the transport what they know.
SCOPE_FAILURE_REASON = "telemetry.failure_reason"
EXTENSION_TEMPLATE = "telemetry.url_template"
EXTENSION_RESEND = "telemetry.resend_count"

# Requests that say nothing about how the platform is used.
QUIET_PATHS = frozenset({"/health", "/ready", "/metrics"})
OPERATOR_PATHS = "/-/"
"""What the paths of the operator's interface begin with."""


def is_quiet(path: str) -> bool:
    """Say whether requests for `path` only look at a service, or operate it: they are neither measured nor logged."""
    return path in QUIET_PATHS or path.startswith(OPERATOR_PATHS)


def metrics() -> tuple[Metric, ...]:
    """All metrics, in the order in which they stand in this module."""
    return tuple(value for value in globals().values() if isinstance(value, Metric))
