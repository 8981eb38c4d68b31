"""Who calls whom, as a tree of text: every way between two services once, under who calls."""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lab.evidence import figures
from lab.evidence.listing import Cell, Column, Row, drawn, lines
from observability.evidence.model import GraphEdge, ServiceGraph

if TYPE_CHECKING:
    from rich.console import RenderableType

WRONG = 0.01
"""From this share of errors on, an edge is red."""
ARROWS = {"http": "─▶ ", "queue": "┄▷ "}
AGAIN = " ↑"
ROUND = " ↻"
LEGEND = "─▶ call  ┄▷ over a queue  ↑ its own calls stand further up  ↻ back to who called"
FIGURES = (
    Column("CALLS", right=True),
    Column("ERRORS", right=True),
    Column("P50", right=True),
    Column("P95", right=True),
)


def text(graph: ServiceGraph) -> "RenderableType | str":
    """Return a tree for a terminal; for a pipe a line per edge."""
    if not sys.stdout.isatty():
        return "\n".join([_piped(graph), *cycles(graph)])
    from rich.console import Group  # noqa: PLC0415 -- not needed in a pipe
    from rich.text import Text  # noqa: PLC0415 -- as above

    told = [Text(line, "bold red") for line in cycles(graph)]
    return Group(tree(graph), "", *told, Text(LEGEND, "bright_black"))


def tree(graph: ServiceGraph) -> "RenderableType":
    """Draw the tree with its figures."""
    return drawn([Column("SERVICE", gives_way=True), *FIGURES], list(_rows(graph)))


def cycles(graph: ServiceGraph) -> list[str]:
    """Name the cycles, one sentence each."""
    within = {cycle.services: cycle for cycle in graph.trace_cycles}
    said = [
        f"cycle: {' → '.join(one.services)}, within one trace: {figures.counted(one.traces, 'trace')}, "
        f"lab trace {one.example_trace_id[:12]}"
        for one in graph.trace_cycles
    ]
    return said + [f"cycle: {' → '.join(way)}" for way in graph.cycles if way not in within]


def _piped(graph: ServiceGraph) -> str:
    columns = [Column("CALLER"), Column("CALLEE"), Column("VIA"), *FIGURES]
    return lines(columns, [(edge.caller, edge.callee, edge.via, *_figures(edge)) for edge in graph.edges])


def _rows(graph: ServiceGraph) -> Iterator[Row]:
    calls: dict[str, list[GraphEdge]] = {}
    for edge in sorted(graph.edges, key=lambda one: (one.via == "queue", -one.calls, one.callee)):
        calls.setdefault(edge.caller, []).append(edge)
    called = {edge.callee for edge in graph.edges}
    shown: set[str] = set()
    for service in sorted(graph.services, key=lambda one: (one in called, one not in calls, one)):
        if service not in shown and (service in calls or service not in called):
            yield (Cell(service, "bold"), "", "", "", "")
            yield from _below(service, calls, shown, (service,), "")


def _below(
    service: str, calls: dict[str, list[GraphEdge]], shown: set[str], way: tuple[str, ...], indent: str
) -> Iterator[Row]:
    """Yield the calls of one service, and below each the calls of who is called, unless they were shown."""
    shown.add(service)
    for left, edge in enumerate(edges := calls.get(service, ()), 1):
        last = left == len(edges)
        again = (
            ROUND
            if edge.callee in way and edge.via == "http"
            else AGAIN
            if edge.callee in shown and edge.callee in calls
            else ""
        )
        label = f"{indent}{'└' if last else '├'}{ARROWS[edge.via]}{edge.callee}{again}"
        yield (Cell(label, "bold red" if again == ROUND else ""), *_figures(edge))
        if edge.callee not in shown:
            before = way if edge.via == "http" else ()  # over a queue nobody waits: there is no way back
            yield from _below(edge.callee, calls, shown, (*before, edge.callee), indent + ("   " if last else "│  "))


def _again(edge: GraphEdge, calls: dict[str, list[GraphEdge]], shown: set[str], way: tuple[str, ...]) -> str:
    """Return the mark of a service that has been met before; nothing where its calls are still to be shown."""
    if edge.via == "http" and edge.callee in way:
        return ROUND
    return AGAIN if edge.callee in shown and edge.callee in calls else ""


def _figures(edge: GraphEdge) -> Sequence[str | Cell]:
    style = colour(edge.error_ratio)
    return (
        f"{edge.calls:,}",
        Cell(figures.percent(edge.error_ratio), style),
        figures.seconds(edge.p50_s),
        figures.seconds(edge.p95_s),
    )


def colour(error_ratio: float) -> str:
    """Return the colour of a share of errors."""
    return "bright_black" if not error_ratio else "red" if error_ratio >= WRONG else "yellow"
