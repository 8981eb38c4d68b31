"""Lines of logs, from Loki."""

from grafana_foundation_sdk.builders import logs, loki
from grafana_foundation_sdk.models import common

from grafana.panels import LOKI, About, about


def log_lines(says: About, query: str) -> logs.Panel:
    """List log lines, the latest first."""
    asked = loki.Dataquery().expr(query).query_type("range").max_lines(200).ref_id("A")
    panel = about(logs.Panel(), says, LOKI).with_target(asked).show_time(show_time=True)
    return panel.enable_log_details(enable_log_details=True).sort_order(common.LogsSortOrder.DESCENDING)
