"""Tables of this moment."""

from collections.abc import Sequence
from typing import Any

from grafana_foundation_sdk.builders import table as build
from grafana_foundation_sdk.models import dashboard

from grafana.panels import About, Query, about, as_table, names, renamed


def table(
    says: About,
    *queries: Query,
    columns: dict[str, str],
    hidden: Sequence[str] = (),
    units: dict[str, str] | None = None,
) -> build.Panel:
    """List what there is: a row per set of labels, a column per label or query.

    `columns` gives labels, and the `Value #A` of queries, their titles, in the order in which they stand; `units` are
    those of columns that have another one than the panel.
    """
    panel = about(build.Panel(), says).show_header(show_header=True)
    for name, query in zip(names(queries), queries, strict=True):
        panel = panel.with_target(as_table(query, name))
    if len(queries) > 1:
        panel = panel.with_transformation(dashboard.DataTransformerConfig("merge", options={}))
    panel = panel.with_transformation(renamed(list(columns), columns, ["Time", *hidden]))
    for title, unit in (units or {}).items():
        panel = panel.override_by_name(title, [_property("unit", unit)])
    return panel.no_value("–")


def _property(name: str, value: Any) -> dashboard.DynamicConfigValue:
    return dashboard.DynamicConfigValue(name, value)
