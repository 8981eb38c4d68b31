"""Who calls whom, drawn from what callers measure. Two services that call each other have an edge each way."""

from grafana_foundation_sdk.builders import nodegraph
from grafana_foundation_sdk.builders import table as tables
from grafana_foundation_sdk.models.dashboard import Dashboard, DataTransformerConfig

from grafana import promql
from grafana.layout import finished, frame
from grafana.panels import About, Query, about, as_table
from grafana.promql import CALLED
from grafana.tables import table

BY = "service, peer"
PAIR = 'service!="",peer!=""'
CALLS = f"{promql.rate(f'{CALLED}_count', PAIR, BY, '1m')} > 0"
FAILED = promql.unanswered(PAIR, BY, "1m")
BAD = f"({FAILED}) > 0.05"


def board() -> Dashboard:
    """Draw it."""
    return finished(
        frame("service-map", "Service map", "Calls between services, of the last minute."), [graph(), calls()]
    )


def labelled(expression: str, **labels: str) -> str:
    """Give every series the labels that the panel looks for, each a copy of another one."""
    for new, old in labels.items():
        expression = f'label_replace({expression}, "{new}", "$1", "{old}", "(.+)")'
    return expression


def coloured(expression: str, name: str) -> str:
    """Give every series a colour."""
    return f'label_replace({expression}, "color", "{name}", "", "")'


def nodes() -> Query:
    """Every service that is scraped, also one that is down: an edge without its ends is an error."""
    return Query(labelled('sum by (service) (up{service!=""})', id="service", title="service"))


def edges() -> Query:
    """Every call that is made; red where more than one in twenty fails."""
    both = f"{coloured(f'({CALLS} and {BAD})', 'red')} or {coloured(f'({CALLS} unless {BAD})', 'gray')}"
    return Query(f'label_join({labelled(both, source="service", target="peer")}, "id", " → ", "service", "peer")')


def graph() -> nodegraph.Panel:
    """Draw nodes and edges."""
    says = About(
        "Calls between services",
        "In a node: replicas that answer. On an edge: calls per second, red where more than 5 % fail.",
        "none", 24, 18,
    )  # fmt: skip
    # The panel looks at the names of columns themselves: one that is only renamed for display is not found.
    options = {"mode": "reduceRow", "reduce": {"reducer": "sum"}, "alias": "mainstat", "timeSeries": False}
    return (
        about(nodegraph.Panel(), says)
        .with_target(as_table(nodes(), "nodes"))
        .with_target(as_table(edges(), "edges"))
        .with_transformation(DataTransformerConfig("calculateField", options=options))
        # It writes units as they stand, behind the figure.
        .nodes(nodegraph.NodeOptions().main_stat_unit("up"))
        .edges(nodegraph.EdgeOptions().main_stat_unit("/s"))
    )


def calls() -> tables.Panel:
    """List the same with more figures."""
    return table(
        About("Calls", "Every pair of services of which one called the other in the last minute.", "none", 24, 10),
        Query(CALLS),
        Query(FAILED),
        Query(f"{promql.rate('http_client_retries_total', PAIR, BY, '1m')} and {CALLS}"),
        Query(promql.quantile(0.95, CALLED, PAIR, BY, "1m")),
        columns={
            "service": "Caller", "peer": "Called", "Value #A": "Calls", "Value #B": "Failed", "Value #C": "Retries",
            "Value #D": "95th percentile",
        },
        units={"Calls": "reqps", "Failed": "percentunit", "Retries": "reqps", "95th percentile": "s"},
    )  # fmt: skip
