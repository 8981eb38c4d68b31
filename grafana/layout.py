"""What all dashboards share: the frame, the way from one to the other, variables."""

from collections.abc import Iterable

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard

from grafana.panels import PROMETHEUS

TAG = "nightshift"
LOOKUP = "PrometheusVariableQueryEditor-VariableQuery"
"""What Grafana calls the query of a variable."""


def frame(uid: str, title: str, says: str, minutes: int = 15) -> build.Dashboard:
    """Begin a dashboard that shows the last `minutes` and is drawn anew every five seconds."""
    others = (
        build.DashboardLink("Dashboards").type(dashboard.DashboardLinkType.DASHBOARDS).tags([TAG]).keep_time(True)  # noqa: FBT003 -- the builder's own form
    )
    return (
        build.Dashboard(title)
        .uid(uid)
        .description(says)
        .tags([TAG])
        .time(f"now-{minutes}m", "now")
        .refresh("5s")
        .timezone("browser")
        .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
        .readonly()
        .link(others)
    )


def finished(board: build.Dashboard, panels: Iterable[Builder[dashboard.Panel]]) -> dashboard.Dashboard:
    """Put the panels on it, from left to right and top to bottom, numbered from 1."""
    for panel in panels:
        board.with_panel(panel)
    made = board.build()
    for number, each in enumerate(made.panels or (), 1):
        each.id_val = number
    return made


def every_service() -> build.QueryVariable:
    """Let one service be chosen among those that are scraped."""
    first = dashboard.VariableOption(selected=True, text="order-service", value="order-service")
    return (
        build.QueryVariable("service")
        .label("Service")
        .datasource(PROMETHEUS)
        .query({"qryType": 1, "query": 'label_values(up{service!=""}, service)', "refId": LOOKUP})
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard.VariableSort.ALPHABETICAL_ASC)
        .current(first)
    )
