"""What `lab metrics` shows a person."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lab.durations import text as duration
from lab.evidence import figures
from lab.evidence.listing import Cell, Column, Row, listed
from lab.evidence.measuring import Measured, Measurements
from lab.evidence.sparkline import bar, sparkline, spread
from observability.evidence.model import Range

if TYPE_CHECKING:
    from rich.console import RenderableType

    from lab.evidence.meanings import Meaning

BAR = 30
MOST_POINTS = 40
"""Characters of a sparkline."""
FIRST = ("service", "instance")
"""Labels that come before the others."""


def names(found: Sequence["Meaning"]) -> "RenderableType":
    """List metrics with what they mean."""
    columns = (Column("METRIC"), Column("KIND"), Column("LABELS", gives_way=True), Column("MEANING", gives_way=True))
    kinds = {"counter": "green", "histogram": "magenta", "gauge": "cyan"}
    return listed(
        columns,
        [(one.name, Cell(one.kind, kinds.get(one.kind, "")), ", ".join(one.labels), one.help) for one in found],
    )


def headline(found: Measurements) -> str:
    """Say what the values are."""
    ago = duration(found.window.length_s) if found.window.length_s >= 1 else figures.seconds(found.window.length_s)
    said = {
        "value": "now; trend of the last",
        "rate": "per second in the last",
        "increase": "increase in the last",
        "quantile": f"quantile {found.quantile} of the last",
    }[found.measure]
    shared = " ".join(f"{label}={value}" for label, value in _shared(found.series).items())
    return f"{found.metric}, {said} {ago}" + (f"  {shared}" if shared else "")


def table(found: Measurements) -> "RenderableType":
    """Draw one row for each series: its labels, its value, its trend."""
    labels = _varying(found.series)
    count = max(1, min(MOST_POINTS, round(found.window.length_s / found.step_s)))
    rows: list[Row] = [
        (
            *_told(one, labels),
            Cell(_shown(found, one.value), "bold"),
            Cell(sparkline(spread(Range(one.labels, one.points), found.window, count)), "cyan"),
        )
        for one in found.series
    ]
    columns = [*_columns(labels), Column("VALUE", right=True), Column("TREND", gives_way=True)]
    return listed(columns, rows)


def points(found: Measurements) -> "RenderableType":
    """Draw one row for each moment of each series."""
    labels = _varying(found.series)
    rows = [row for one in found.series for row in _moments(found, one, labels)]
    last = Column("", gives_way=True, only_drawn=True)
    return listed([Column("WHEN"), *_columns(labels), Column("VALUE", right=True), last], rows)


def _moments(found: Measurements, one: Measured, labels: Sequence[str]) -> Iterator[Row]:
    highest = max((point.value for point in one.points), default=0.0)
    for point in one.points:
        share = point.value / highest if highest > 0 else 0.0
        when = Cell(figures.clock(point.time_s), "bright_black")
        yield (when, *_told(one, labels), Cell(_shown(found, point.value), "bold"), Cell(bar(share, BAR), "cyan"))


def _told(one: Measured, labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(one.labels.get(label, "") for label in labels)


def _columns(labels: Sequence[str]) -> list[Column]:
    return [Column(label.upper(), gives_way=True) for label in labels]


def _shown(found: Measurements, value: float) -> str:
    if found.measure == "rate":
        per_second = figures.number(value)
        unit = figures.unit(found.metric)
        return f"{per_second}{' ' + unit if unit else ''}/s"
    return figures.measured(found.metric, value)


def _varying(series: Sequence[Measured]) -> list[str]:
    """Return the labels in which series differ, service and replica first."""
    shared = _shared(series)
    there = {label for one in series for label in one.labels if label not in shared}
    return [*(label for label in FIRST if label in there), *sorted(there.difference(FIRST))]


def _shared(series: Sequence[Measured]) -> dict[str, str]:
    """Return the labels that all series have in common."""
    if not series:
        return {}
    first, *others = (one.labels for one in series)
    return {label: value for label, value in sorted(first.items()) if all(one.get(label) == value for one in others)}
