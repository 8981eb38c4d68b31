"""For the big screen: what customers meet, in figures that are read from across the room. It never says why."""

from grafana_foundation_sdk.builders import stat, timeseries
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana import promql
from grafana.layout import finished, frame
from grafana.panels import ORANGE, RED, About, Query, figure, lines
from grafana.promql import CHECKOUTS, PRODUCT_PAGES, SERVED


def board() -> Dashboard:
    """Draw it."""
    return finished(
        frame("drill-room", "Drill room", "What customers meet, for everybody in the room.", minutes=30),
        [*figures(), orders()],
    )


def figures() -> list[stat.Panel]:
    """Six figures of the last half minute or minute."""
    wide, high = 8, 7
    return [
        figure(
            About("Pages firing", "Alerts that somebody is called for.", "none", wide, high),
            Query('count(count by (alertname, service, flow) (ALERTS{alertstate="firing",severity="page"}))'),
            steps=[(1, RED)], none="0", big=True,
        ),
        figure(
            About("Failed checkouts", "Share of the last half minute's checkouts.", "percentunit", wide, high),
            Query(promql.failing(CHECKOUTS, window="30s")),
            steps=[(0.001, ORANGE), (0.02, RED)], big=True,
        ),
        figure(
            About("Checkout takes", "95 of 100 checkouts of the last half minute were done within this time.", "s",
                  wide, high),
            Query(promql.quantile(0.95, SERVED, CHECKOUTS, window="30s")),
            steps=[(0.5, ORANGE), (1, RED)], big=True,
        ),
        figure(
            About("Orders confirmed", "Orders placed and paid for, per minute.", "suffix:/min", wide, high),
            Query(promql.per_minute("orders_total", 'outcome="confirmed"')), big=True,
        ),
        figure(
            About("Failed product pages", "Share of the last half minute's product pages.", "percentunit", wide, high),
            Query(promql.failing(PRODUCT_PAGES, window="30s")),
            steps=[(0.005, ORANGE), (0.02, RED)], big=True,
        ),
        figure(
            About("Product page takes", "95 of 100 pages of the last half minute were done within this time.", "s",
                  wide, high),
            Query(promql.quantile(0.95, SERVED, PRODUCT_PAGES, window="30s")),
            steps=[(0.5, ORANGE), (1, RED)], big=True,
        ),
    ]  # fmt: skip


def orders() -> timeseries.Panel:
    """Orders over time."""
    return lines(
        About(
            "Orders per minute", "Orders that were confirmed, and those that were carried out.", "suffix:/min", 24, 10
        ),
        Query(promql.per_minute("orders_total", 'outcome="confirmed"'), "confirmed"),
        Query(promql.per_minute("orders_total", 'outcome="fulfilled"'), "carried out"),
    )
