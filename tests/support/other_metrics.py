"""Metrics that are not ours."""

OTHERS = {
    "ALERTS": "Prometheus: alerting rules",
    "up": "Prometheus: every scrape",
    "scrape_duration_seconds": "Prometheus: every scrape",
    "prometheus_notifications_dropped_total": "Prometheus",
    "prometheus_notifications_sent_total": "Prometheus",
    "prometheus_rule_group_last_duration_seconds": "Prometheus",
    "prometheus_tsdb_head_series": "Prometheus",
    "process_cpu_seconds_total": "prometheus-client, in every service",
    "process_resident_memory_bytes": "prometheus-client, in every service",
    "alertmanager_notifications_failed_total": "Alertmanager",
    "alertmanager_notifications_total": "Alertmanager",
    "loki_distributor_lines_received_total": "Loki",
    "otelcol_exporter_queue_capacity": "OpenTelemetry Collector",
    "otelcol_exporter_queue_size": "OpenTelemetry Collector",
    "otelcol_exporter_sent_log_records_total": "OpenTelemetry Collector",
    "otelcol_exporter_sent_spans_total": "OpenTelemetry Collector, and Jaeger, which is built from its parts",
    "otelcol_receiver_accepted_log_records_total": "OpenTelemetry Collector",
    "otelcol_receiver_accepted_spans_total": "OpenTelemetry Collector",
    "rabbitmq_queue_messages_ready": "RabbitMQ: rabbitmq_prometheus",
    "rabbitmq_queue_messages_unacked": "RabbitMQ: rabbitmq_prometheus",
}
"""What is neither ours nor a record of our rules, and where it comes from."""
