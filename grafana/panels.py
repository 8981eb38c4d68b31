"""The kinds of panels that there are. Every panel has a title, a sentence and a unit.

Colour says that something is wrong, or tells series apart; nothing else is coloured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

from grafana_foundation_sdk.builders import bargauge, stat, statetimeline, timeseries
from grafana_foundation_sdk.builders import common as build
from grafana_foundation_sdk.builders import dashboard as boards
from grafana_foundation_sdk.builders import prometheus as ask
from grafana_foundation_sdk.models import common, dashboard, prometheus

PROMETHEUS = dashboard.DataSourceRef("prometheus", "prometheus")
LOKI = dashboard.DataSourceRef("loki", "loki")

ORANGE, RED = "orange", "red"
Steps = Sequence[tuple[float, str]]
"""From which value on a figure has which colour."""
OPENS_SERVICE = ("Open this service", "/d/service?var-service=${__field.labels.service}&${__url_time_range}")


@dataclass(frozen=True)
class Query:
    """One question to Prometheus, and what its answers are called."""

    expr: str
    legend: str = "__auto"
    exemplars: bool = False
    """Whether single requests are shown as well; a click on one opens its trace."""


@dataclass(frozen=True)
class About:
    """What every panel says of itself."""

    title: str
    says: str
    unit: str
    """As Grafana calls it: `s`, `percentunit`, `reqps`, `suffix:/min`."""
    wide: int = 12
    """Of the 24 columns."""
    high: int = 8


class Panel(Protocol):
    """What the builders of all kinds have in common."""

    def title(self, title: str) -> Self:
        """Set the title."""

    def description(self, description: str) -> Self:
        """Set the sentence."""

    def unit(self, unit: str) -> Self:
        """Set the unit."""

    def span(self, w: int) -> Self:
        """Set the width."""

    def height(self, h: int) -> Self:
        """Set the height."""

    def datasource(self, datasource: dashboard.DataSourceRef) -> Self:
        """Set whom it asks."""


Kind = TypeVar("Kind", bound=Panel)


def about(panel: Kind, says: About, source: dashboard.DataSourceRef = PROMETHEUS) -> Kind:
    """Give a panel of any kind its title, sentence, unit, size and source."""
    panel = panel.title(says.title).description(says.says).unit(says.unit)
    return panel.span(says.wide).height(says.high).datasource(source)


def over_time(query: Query, name: str = "A") -> ask.Dataquery:
    """Ask for a range."""
    asked = ask.Dataquery().expr(query.expr).legend_format(query.legend).ref_id(name).range()
    return asked.exemplar(exemplar=True) if query.exemplars else asked


def just_now(query: Query, name: str = "A") -> ask.Dataquery:
    """Ask for the values of this moment. The last ones of a range would outlive what they tell of."""
    return ask.Dataquery().expr(query.expr).legend_format(query.legend).ref_id(name).instant()


def as_table(query: Query, name: str = "A") -> ask.Dataquery:
    """Ask for the values of this moment, a row each."""
    return just_now(query, name).format(prometheus.PromQueryFormat.TABLE)


def names(queries: Sequence[Query]) -> list[str]:
    """Return how the queries of one panel are told apart: A, B, C."""
    return [chr(ord("A") + number) for number in range(len(queries))]


def limits(steps: Steps, base: str = "green") -> boards.ThresholdsConfig:
    """Say from which value on what is coloured how."""
    made = [dashboard.Threshold(None, base), *(dashboard.Threshold(value, colour) for value, colour in steps)]
    return boards.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(made)


def colour(mode: dashboard.FieldColorModeId, fixed: str | None = None) -> boards.FieldColor:
    """Choose how series are coloured."""
    made = boards.FieldColor().mode(mode)
    return made.fixed_color(fixed) if fixed else made


def lines(
    says: About,
    *queries: Query,
    limit: float | None = None,
    opens: tuple[str, str] | None = None,
    share: bool = False,
    stacked: bool = False,
) -> timeseries.Panel:
    """Draw series over time; `limit` is a dashed line that they had better not cross."""
    panel = about(timeseries.Panel(), says).min(0).line_width(1).show_points(common.VisibilityMode.NEVER)
    panel = panel.legend(_legend()).tooltip(_tooltip())
    # A series has one colour, on whatever panel it is.
    panel = panel.color_scheme(colour(dashboard.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    for name, query in zip(names(queries), queries, strict=True):
        panel = panel.with_target(over_time(query, name))
    if share:
        panel = panel.axis_soft_max(0.05)
    if stacked:
        panel = panel.fill_opacity(20).stacking(build.StackingConfig().mode(common.StackingMode.NORMAL))
    if limit is not None:
        dashed = build.GraphThresholdsStyleConfig().mode(common.GraphTresholdsStyleMode.DASHED)
        panel = panel.thresholds(limits([(limit, RED)], "transparent")).thresholds_style(dashed)
    return panel.data_links([_link(*opens)]) if opens else panel


def figure(says: About, query: Query, *, steps: Steps = (), none: str = "–", big: bool = False) -> stat.Panel:
    """Show one figure; it is coloured only where there are `steps`. `none` is shown where there is nothing to count."""
    panel = about(stat.Panel(), says).with_target(just_now(query)).reduce_options(_last()).no_value(none)
    panel = panel.graph_mode(common.BigValueGraphMode.NONE)
    panel = panel.color_mode(common.BigValueColorMode.BACKGROUND if big and steps else common.BigValueColorMode.VALUE)
    if not steps:
        return panel.color_scheme(colour(dashboard.FieldColorModeId.FIXED, "text"))
    return panel.thresholds(limits(steps)).color_scheme(colour(dashboard.FieldColorModeId.THRESHOLDS))


def bars(says: About, query: Query, *, steps: Steps, base: str) -> bargauge.Panel:
    """Compare shares of the same whole."""
    panel = about(bargauge.Panel(), says).with_target(just_now(query)).reduce_options(_last()).min(0).max(1)
    panel = panel.orientation(common.VizOrientation.HORIZONTAL).display_mode(common.BarGaugeDisplayMode.BASIC)
    return panel.thresholds(limits(steps, base)).color_scheme(colour(dashboard.FieldColorModeId.THRESHOLDS))


def states(says: About, query: Query, named: dict[str, tuple[str, str]]) -> statetimeline.Panel:
    """Draw what state something was in; `named` gives each value its word and colour."""
    results = {
        value: dashboard.ValueMappingResult(text=text, color=colour, index=number)
        for number, (value, (text, colour)) in enumerate(named.items())
    }
    panel = about(statetimeline.Panel(), says).with_target(over_time(query)).mappings([dashboard.ValueMap(results)])
    panel = (
        panel.show_value(common.VisibilityMode.NEVER).row_height(0.8).line_width(0).fill_opacity(70).legend(_legend())
    )
    return panel.color_scheme(colour(dashboard.FieldColorModeId.THRESHOLDS)).thresholds(limits((), "text"))


def renamed(order: Sequence[str], new: dict[str, str], hidden: Sequence[str] = ()) -> dashboard.DataTransformerConfig:
    """Give the columns of tables their names and their order, and leave some out."""
    options: dict[str, Any] = {
        "indexByName": {name: number for number, name in enumerate(order)},
        "renameByName": new,
        "excludeByName": dict.fromkeys(hidden, True),
    }
    return dashboard.DataTransformerConfig("organize", options=options)


def _legend() -> build.VizLegendOptions:
    shown = build.VizLegendOptions().display_mode(common.LegendDisplayMode.LIST)
    return shown.placement(common.LegendPlacement.BOTTOM).show_legend(show_legend=True)


def _tooltip() -> build.VizTooltipOptions:
    return build.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING)


def _last() -> build.ReduceDataOptions:
    return build.ReduceDataOptions().calcs(["lastNotNull"])


def _link(title: str, url: str) -> boards.DashboardLink:
    return boards.DashboardLink(title).url(url)
