"""Whether what is seen can be believed: scrapes, spans, the Collector, the back ends, the way of alerts."""

from grafana_foundation_sdk.builders import statetimeline, timeseries
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana import promql
from grafana.layout import finished, frame
from grafana.panels import About, Query, lines, states

WIDE = 8
SLOW = "1m"
"""Window for what is scraped less often than the platform."""


def board() -> Dashboard:
    """Draw it."""
    return finished(
        frame("lab-health", "Lab health", "The telemetry pipeline itself: is anything lost on the way?"),
        [scrapes(), *prometheus(), *spans(), *back_ends(), *alerts()],
    )


def scrapes() -> statetimeline.Panel:
    """Who answers."""
    return states(
        About("Scraped", "Whether Prometheus gets an answer.", "none", 24, 10),
        Query("up", "{{instance}}"),
        {"0": ("no answer", "red"), "1": ("answers", "green")},
    )


def prometheus() -> list[timeseries.Panel]:
    """How Prometheus keeps up."""
    return [
        lines(
            About("Slowest scrapes", "How long a scrape takes, by job.", "s", WIDE),
            Query("max by (job) (scrape_duration_seconds)", "{{job}}"),
        ),
        lines(
            About("Series", "Series that Prometheus holds in memory.", "short", WIDE),
            Query("prometheus_tsdb_head_series", "series"),
        ),
        lines(
            About("Time for the rules", "How long one round of all rules takes; there is one every 2 s.", "s", WIDE),
            Query("sum(prometheus_rule_group_last_duration_seconds)", "all groups"),
            limit=2,
        ),
    ]


def spans() -> list[timeseries.Panel]:
    """The way of spans and logs."""
    accepted = "otelcol_receiver_accepted_{}_total"
    return [
        lines(
            About("Spans sent", "Spans that were taken from a service, per second.", "cps", WIDE),
            Query(promql.rate("telemetry_spans_exported_total", "", "service"), "{{service}}"),
        ),
        lines(
            About("Spans lost", "Spans that a service could not deliver, per second.", "cps", WIDE),
            Query(promql.rate("telemetry_spans_dropped_total", "", "service, reason"), "{{service}} {{reason}}"),
        ),
        lines(
            About("Taken by the Collector", "Spans and log lines per second.", "cps", WIDE),
            Query(collector(accepted.format("spans")), "spans"),
            Query(collector(accepted.format("log_records")), "log lines"),
        ),
        lines(
            About("Passed on by the Collector", "Spans and log lines per second, by exporter.", "cps", WIDE),
            Query(collector("otelcol_exporter_sent_spans_total", "exporter"), "{{exporter}}"),
            Query(collector("otelcol_exporter_sent_log_records_total", "exporter"), "{{exporter}}"),
        ),
        lines(
            About("Waiting in the Collector", "How full the queue of an exporter is.", "percentunit", WIDE),
            Query(
                'max by (exporter) (otelcol_exporter_queue_size{job="otel-collector"}'
                " / otelcol_exporter_queue_capacity)",
                "{{exporter}}",
            ),
            limit=1,
        ),
    ]


def collector(metric: str, by: str = "") -> str:
    """Ask what the Collector counts; Jaeger, which is built from the same parts, counts under the same names."""
    return promql.rate(metric, 'job="otel-collector"', by, SLOW)


def back_ends() -> list[timeseries.Panel]:
    """What arrives where it is kept."""
    return [
        lines(
            About("Kept by Jaeger", "Spans stored per second.", "cps", WIDE),
            Query(promql.rate("otelcol_exporter_sent_spans_total", 'job="jaeger"', window=SLOW), "spans"),
        ),
        lines(
            About("Kept by Loki", "Log lines taken per second.", "cps", WIDE),
            Query(promql.rate("loki_distributor_lines_received_total", window=SLOW), "lines"),
        ),
        lines(
            About("Messages in the broker", "Messages that RabbitMQ holds.", "none", WIDE),
            Query("sum(rabbitmq_queue_messages_ready)", "ready"),
            Query("sum(rabbitmq_queue_messages_unacked)", "being handled"),
        ),
    ]


def alerts() -> list[timeseries.Panel]:
    """The way of alerts."""
    return [
        lines(
            About(
                "Alerts handed over", "Alerts that Prometheus sent to Alertmanager, per minute.", "suffix:/min", WIDE
            ),
            Query(promql.per_minute("prometheus_notifications_sent_total"), "sent"),
            Query(promql.per_minute("prometheus_notifications_dropped_total"), "dropped"),
        ),
        lines(
            About("Notices", "Notices that Alertmanager sent, per minute, by receiver.", "suffix:/min", WIDE),
            Query(
                f"{promql.rate('alertmanager_notifications_total', '', 'integration', '1m')} * 60", "{{integration}}"
            ),
        ),
        lines(
            About("Notices that failed", "Notices that nobody took, per minute, by receiver.", "suffix:/min", WIDE),
            Query(
                f"{promql.rate('alertmanager_notifications_failed_total', '', 'integration', '1m')} * 60",
                "{{integration}}",
            ),
        ),
    ]
