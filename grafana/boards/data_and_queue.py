"""Where things wait: for a connection, for a statement, for the worker."""

from grafana_foundation_sdk.builders import timeseries
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana import promql
from grafana.layout import finished, frame
from grafana.panels import About, Query, lines

STATEMENT = "db_client_operation_duration_seconds"
WORK = 'operation=~"SELECT|INSERT|UPDATE|DELETE|BEGIN|COMMIT"'
"""Statements of everyday; not those of the start."""


def board() -> Dashboard:
    """Draw it."""
    return finished(
        frame("data-and-queue", "Data & queue", "Databases, the outbox and the queue."),
        [*databases(), *queue(), *outbox()],
    )


def databases() -> list[timeseries.Panel]:
    """Connections and statements. Who waits for a lock is seen by statements that take long, and pile up."""
    wide = 6
    return [
        lines(
            About("Connections in use", "Share of a replica's pool that is taken.", "percentunit", wide),
            Query("max by (pool) (db_client_connections_in_use / db_client_connections_max)", "{{pool}}"),
            limit=1,
        ),
        lines(
            About("Statements", "Statements per second, by database.", "ops", wide),
            Query(promql.rate(f"{STATEMENT}_count", "", "database"), "{{database}}"),
        ),
        lines(
            About("Slowest statements, 99th percentile", "99 of 100 are done within this time.", "s", wide),
            Query(
                f"topk(5, {promql.quantile(0.99, STATEMENT, WORK, 'database, operation')})",
                "{{database}} {{operation}}",
                exemplars=True,
            ),
        ),
        lines(
            About("Statements at a time", "How many run, or wait for a lock, on average.", "none", wide),
            Query(promql.rate(f"{STATEMENT}_sum", "", "database"), "{{database}}"),
        ),
    ]


def queue() -> list[timeseries.Panel]:
    """The way of messages."""
    wide, processed = 8, "messaging_messages_processed_total"
    return [
        lines(
            About("Queue depth", "Messages that wait, are being handled, or were given up.", "none", wide),
            Query("max by (queue, state) (messaging_queue_depth)", "{{queue}} {{state}}"),
        ),
        lines(
            About("Age of the oldest message", "How long the first in the queue has waited.", "s", wide),
            Query("max by (queue) (messaging_queue_oldest_message_age_seconds)", "{{queue}}"),
            limit=10,
        ),
        lines(
            About("Messages published", "Messages handed to the broker per second.", "cps", wide),
            Query(promql.rate("messaging_messages_published_total", "", "topic"), "{{topic}}"),
        ),
        lines(
            About("Deliveries", "Deliveries handled per second, by how they ended.", "cps", wide),
            Query(promql.rate(processed, "", "outcome"), "{{outcome}}"),
        ),
        lines(
            About("Time to handle a delivery", "Half and 95 of 100 take no longer.", "s", wide),
            Query(promql.quantile(0.5, "messaging_process_duration_seconds"), "50 %"),
            Query(promql.quantile(0.95, "messaging_process_duration_seconds"), "95 %", exemplars=True),
        ),
        lines(
            About("Dead letters", "Messages given up per minute.", "suffix:/min", wide),
            Query(f"{promql.rate('messaging_dead_letters_total', '', 'queue', '1m')} * 60", "{{queue}}"),
        ),
    ]


def outbox() -> list[timeseries.Panel]:
    """What is stored and not yet handed to the broker."""
    return [
        lines(
            About("Outbox", "Events stored and not yet handed to the broker.", "none", 12, 6),
            Query("max by (service) (messaging_outbox_pending)", "{{service}}"),
        ),
        lines(
            About("Age of the oldest event in the outbox", "How long the first has waited.", "s", 12, 6),
            Query("max by (service) (messaging_outbox_oldest_message_age_seconds)", "{{service}}"),
            limit=8,
        ),
    ]
