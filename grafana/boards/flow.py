"""One flow as customers meet it, and the calls that it is made of."""

from grafana_foundation_sdk.builders import bargauge, dashboard, timeseries
from grafana_foundation_sdk.models.dashboard import Dashboard, VariableOption

from grafana import promises, promql
from grafana.layout import finished, frame
from grafana.panels import ORANGE, RED, About, Query, bars, lines
from grafana.promql import CALLED, SERVED

FLOWS = {
    "order-processing": "/orders|api-gateway|order-service|inventory-service|payment-service|payment-provider",
    "inventory-check": "/products.*|api-gateway|inventory-service",
}
"""How objectives of a flow begin → the route that customers call and the services that it takes, as one expression."""
ENTRY = 'service="api-gateway",route=~"$flow"'
ON_THE_WAY = 'service=~"$flow",peer=~"$flow"'
OBJECTIVES = 'objective=~"${flow:text}-.*"'


def board() -> Dashboard:
    """Draw it."""
    return finished(
        frame(
            "flow", "Flow", "Order processing or the check of the inventory, from the customer's side."
        ).with_variable(chosen()),
        [*met(), *promised(), *inside()],
    )


def chosen() -> dashboard.CustomVariable:
    """Let one flow be chosen."""
    options = [VariableOption(number == 0, name, value) for number, (name, value) in enumerate(FLOWS.items())]
    listed = ", ".join(f"{name} : {value}" for name, value in FLOWS.items())
    return dashboard.CustomVariable("flow").label("Flow").values(listed).options(options).current(options[0])


def met() -> list[timeseries.Panel]:
    """What customers meet."""
    wide = 8
    return [
        lines(
            About("Answers", "Answers per second, by HTTP status.", "reqps", wide),
            Query(promql.rate(f"{SERVED}_count", ENTRY, "status"), "{{status}}"),
            stacked=True,
        ),
        lines(
            About("Failed", "Share that ended in a server error (5xx).", "percentunit", wide),
            Query(promql.failing(ENTRY), "failed"),
            share=True,
        ),
        lines(
            About("Latency", "Half, 95 and 99 of 100 are answered within these times.", "s", wide),
            Query(promql.quantile(0.5, SERVED, ENTRY), "50 %"),
            Query(promql.quantile(0.95, SERVED, ENTRY), "95 %", exemplars=True),
            Query(promql.quantile(0.99, SERVED, ENTRY), "99 %"),
        ),
    ]


def promised() -> list[bargauge.Panel | timeseries.Panel]:
    """What customers were promised."""
    flows = tuple(one for one in promises.of_flows() if one.id.startswith(tuple(FLOWS)))
    return [
        bars(
            About("Error budget left", "Of the last hour's budget of each objective.", "percentunit", 12, 6),
            Query(promises.budget_left(flows, OBJECTIVES), "{{objective}}"),
            steps=[(0.000001, ORANGE), (0.25, "green")],
            base=RED,
        ),
        lines(
            About("Burn rate", "How fast error budgets are spent: at 1, they last exactly an hour.", "none", 12, 6),
            Query(promises.burn_rate(flows, OBJECTIVES), "{{objective}}"),
            limit=6,
        ),
    ]


def inside() -> list[timeseries.Panel]:
    """The calls between the services that it takes; those of other flows between the same two are among them."""
    wide, call = 8, "{{service}} → {{peer}}"
    return [
        lines(
            About("Calls on the way", "Attempts per second between the services of this flow.", "reqps", wide),
            Query(promql.rate(f"{CALLED}_count", ON_THE_WAY, "service, peer"), call),
        ),
        lines(
            About("Failed calls", "Share of attempts without an answer, or with a server error.", "percentunit", wide),
            Query(promql.unanswered(ON_THE_WAY, "service, peer"), call),
            share=True,
        ),
        lines(
            About("Time spent on calls, 95th percentile", "95 of 100 attempts take no longer.", "s", wide),
            Query(promql.quantile(0.95, CALLED, ON_THE_WAY, "service, peer"), call, exemplars=True),
        ),
    ]
