"""An overview as two tables."""

from typing import TYPE_CHECKING

from lab.durations import text as duration
from lab.evidence import figures
from lab.evidence.graph_text import colour
from lab.evidence.listing import Cell, Column, Row, drawn, lines
from lab.evidence.overview import EdgeLine, Overview, Replicas, ServiceLine
from lab.evidence.sparkline import sparkline
from observability.evidence.model import Red

if TYPE_CHECKING:
    from rich.console import RenderableType

FIGURES = (
    Column("REQ/S", right=True),
    Column("ERRORS", right=True),
    Column("P50", right=True),
    Column("P95", right=True),
)
TREND = Column("TREND", gives_way=True)
NARROW, SHORT_TREND = 100, 9
"""Below this width the trends of edges are cut to so many points, the latest."""
SERVICES = (Column("SERVICE"), Column("UP"), *FIGURES, TREND)
EDGES = (Column("FROM"), Column("TO"), *FIGURES, TREND)


def screen(found: Overview, width: int, note: str = "") -> "RenderableType":
    """Return everything for a terminal of `width` characters."""
    from rich.console import Group  # noqa: PLC0415 -- not needed in a pipe
    from rich.text import Text  # noqa: PLC0415 -- as above

    parts: list[RenderableType] = [Text.assemble((headline(found), "bold"), (f"  {note}", "bright_black"))]
    parts += [Text(line, "bold red") for line in troubles(found)]
    parts += ["", drawn(SERVICES, [_service(one) for one in found.services])]
    if found.edges:
        parts += ["", drawn(EDGES, [_edge(one, SHORT_TREND if width < NARROW else None) for one in found.edges])]
    return Group(*parts)


def piped(found: Overview) -> str:
    """Return one line per service and per edge."""
    parts = [headline(found), *troubles(found), lines(SERVICES, [_service(one) for one in found.services])]
    if found.edges:
        parts.append(lines(EDGES, [_edge(one) for one in found.edges]))
    return "\n".join(parts)


def headline(found: Overview) -> str:
    """Say when it was, and what the figures are taken from."""
    last = f"last {duration(found.window_s)}, trend of {duration(found.trend_s)}"
    return f"{figures.clock(found.time_s)[:8]}  {figures.counted(len(found.services), 'service')}, {last}"


def troubles(found: Overview) -> list[str]:
    """Name the replicas that are not ready."""
    down = [name for one in found.services if one.replicas for name in one.replicas.down]
    return [f"not ready: {', '.join(down)}"] if down else []


def _service(one: ServiceLine) -> Row:
    return (Cell(one.service, "bold"), _up(one.replicas), *_figures(one.red), _trend(one.trend_per_s))


def _edge(one: EdgeLine, latest: int | None = None) -> Row:
    trend = one.trend_per_s if latest is None else one.trend_per_s[-latest:]
    return (one.red.caller or "", Cell(one.red.service, "bold"), *_figures(one.red), _trend(trend))


def _up(replicas: Replicas | None) -> Cell:
    if replicas is None:
        return Cell(figures.NOTHING, "bright_black")
    restarts = f" ↻{replicas.restarts}" if replicas.restarts else ""
    style = "red" if replicas.down else "yellow" if restarts else "green"
    return Cell(f"{replicas.ready}/{replicas.wanted}{restarts}", style)


def _figures(red: Red | None) -> Row:
    if red is None:
        return (Cell(figures.NOTHING, "bright_black"),) * len(FIGURES)
    return (
        f"{red.requests_per_s:.1f}",
        Cell(figures.percent(red.error_ratio), colour(red.error_ratio)),
        figures.seconds(red.p50_s),
        figures.seconds(red.p95_s),
    )


def _trend(values: tuple[float | None, ...]) -> Cell:
    return Cell(sparkline(values).rstrip() if values else "", "cyan")
