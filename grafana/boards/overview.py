"""The first look: is the business well, who is slow, who fails, what is left of the error budgets."""

from grafana_foundation_sdk.builders import bargauge, stat, timeseries
from grafana_foundation_sdk.builders import table as tables
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana import promises, promql
from grafana.layout import finished, frame
from grafana.panels import OPENS_SERVICE, ORANGE, RED, About, Query, bars, figure, lines
from grafana.promql import CHECKOUTS, SERVED
from grafana.tables import table

EVERYBODY = 'service!=""'
"""What else is scraped has no such label."""


def board() -> Dashboard:
    """Draw it."""
    return finished(
        frame("overview", "Overview", "How the shop is doing, and every service of it."),
        [*business(), *promised(), *signals()],
    )


def business() -> list[stat.Panel]:
    """What it means for the shop, in figures of the last minute."""
    wide, high = 4, 4
    return [
        figure(
            About("Orders confirmed", "Orders placed and paid for, per minute.", "suffix:/min", wide, high),
            Query(promql.per_minute("orders_total", 'outcome="confirmed"')),
        ),
        figure(
            About("Revenue per minute", "Gross value of confirmed orders.", "currencyEUR", wide, high),
            Query(f"{promql.per_minute('order_revenue_cents_total')} / 100"),
        ),
        figure(
            About("Failed checkouts", "Share of checkouts that ended in a server error.", "percentunit", wide, high),
            Query(promql.failing(CHECKOUTS, window="1m")),
            steps=[(0.001, ORANGE), (0.01, RED)],
        ),
        figure(
            About(
                "Orders without payment", "Orders taken before their payment was settled.", "suffix:/min", wide, high
            ),
            Query(promql.per_minute("orders_total", 'outcome="payment_pending"')),
            steps=[(1, ORANGE), (10, RED)],
        ),
        figure(
            About("Ledger difference", "By how much running totals and entries differ.", "currencyEUR", wide, high),
            Query("max(ledger_drift_cents) / 100"),
            steps=[(0.01, RED)],
        ),
        figure(
            About("Dead letters", "Messages given up; they wait for a person.", "none", wide, high),
            Query('sum(max by (queue) (messaging_queue_depth{state="dead"}))'),
            steps=[(1, RED)],
        ),
    ]


def promised() -> list[bargauge.Panel | timeseries.Panel | tables.Panel]:
    """What customers were promised, what is left of it, and who is called."""
    flows = promises.of_flows()
    return [
        bars(
            About("Error budget left", "Of the last hour's budget of each flow.", "percentunit", 8, 10),
            Query(promises.budget_left(flows), "{{objective}}"),
            steps=[(0.000001, ORANGE), (0.25, "green")],
            base=RED,
        ),
        lines(
            About("Burn rate", "How fast error budgets are spent: at 1, they last exactly an hour.", "none", 8, 10),
            Query(promises.burn_rate(flows), "{{objective}}"),
            limit=6,
        ),
        table(
            About("Firing alerts", "What somebody has been told of, and who.", "none", 8, 10),
            Query('max by (severity, alertname, service, flow, owner) (ALERTS{alertstate="firing"})'),
            columns={
                "severity": "Severity", "alertname": "Alert", "service": "Service", "flow": "Flow", "owner": "Owner",
            },
            hidden=["Value"],
        ),
    ]  # fmt: skip


def signals() -> list[timeseries.Panel]:
    """The golden signals of every service."""
    return [
        lines(
            About("Requests", "Requests answered per second.", "reqps"),
            Query(promql.rate(f"{SERVED}_count", EVERYBODY, "service"), "{{service}}"),
            opens=OPENS_SERVICE,
        ),
        lines(
            About("Failed requests", "Share of requests that ended in a server error (5xx).", "percentunit"),
            Query(promql.failing(EVERYBODY, "service"), "{{service}}"),
            opens=OPENS_SERVICE,
            share=True,
        ),
        lines(
            About("Latency, 95th percentile", "95 of 100 requests are answered within this time.", "s"),
            Query(promql.quantile(0.95, SERVED, EVERYBODY, "service"), "{{service}}", exemplars=True),
            opens=OPENS_SERVICE,
        ),
        lines(
            About("Saturation", "The fullest database pool, or set of slots for calls to a neighbour.", "percentunit"),
            Query(
                "max by (service) (db_client_connections_in_use / db_client_connections_max"
                " or bulkhead_slots_in_use / bulkhead_slots)",
                "{{service}}",
            ),
            limit=1,
            opens=OPENS_SERVICE,
        ),
    ]
