"""What a terminal is given: it fits, nothing is lost that must be seen, errors stand out."""

import io
from dataclasses import replace

import pytest
from rich.console import Console, RenderableType

from lab.evidence import graph_text, top_text, waterfall
from lab.evidence.listing import Cell, Column, drawn, lines
from lab.evidence.overview import overview, replicas_of
from lab.evidence.tree import branches
from observability.evidence.model import GraphEdge, ServiceGraph, Trace, TraceCycle, Window
from tests.support.memory_evidence.shop import shop, trace_id

pytestmark = pytest.mark.anyio
NOW_S = 1_800_000_000.0
WIDTHS = (80, 160)


def shown(drawing: RenderableType, width: int, *, colours: bool = False) -> str:
    """Return what a terminal of `width` characters shows."""
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=colours, color_system="standard" if colours else None).print(drawing)
    return out.getvalue()


async def _trace(number: int) -> Trace:
    return await shop(NOW_S).trace(trace_id(number))


@pytest.mark.parametrize("width", WIDTHS)
async def test_waterfall_fits(width: int) -> None:
    """No line is longer than the terminal; each span has its name, its duration and a bar."""
    text = shown(waterfall.drawn(await _trace(0), width, attributes=False), width).splitlines()
    assert max(map(len, text)) <= width
    spans = text[4:]
    assert len(spans) == 14
    assert all(set("█▌▐") & set(line) for line in spans)
    assert spans[0].startswith("load-balancer POST /orders")
    assert spans[1].strip().startswith("POST /orders")
    assert "⇢ fulfilment-worker process" in spans[11]


async def test_bars_stand_where_their_spans_were() -> None:
    """The root begins at the left end, the last span ends at the right one."""
    text = shown(waterfall.drawn(await _trace(0), 120, attributes=False), 120).splitlines()
    begins = [min(line.find(char) for char in "█▌▐" if char in line) for line in text[4:]]
    assert begins == sorted(begins)
    assert len(text[4 + 11]) == 120


async def test_errors_are_marked_and_exceptions_told() -> None:
    """In red, with what was raised; attributes and stacks only for those who ask."""
    trace = await _trace(9)
    plain = shown(waterfall.drawn(trace, 120, attributes=False), 120, colours=True)
    assert plain.count("✗") == 7
    assert "NeighbourTimedOut: payment-provider: no answer within 0.40 s" in plain
    assert "client.py" not in plain
    whole = shown(waterfall.drawn(trace, 120, attributes=True), 120)
    assert "peer.service=payment-service" in whole
    assert 'File "client.py", line 166' in whole


async def test_spans_without_their_parent_are_roots_and_say_so() -> None:
    """Part of a trace may be missing."""
    whole = await _trace(0)
    trace = replace(whole, spans=(*whole.spans[3:], whole.spans[-1]))
    found = list(branches(trace))
    assert (found[0].orphan, found[0].depth, len(found)) == (True, 0, 11)
    assert "is not stored" in shown(waterfall.drawn(trace, 100, attributes=False), 100)


def _edge(caller: str, callee: str, calls: int = 10, errors: int = 0, via: str = "http") -> GraphEdge:
    return GraphEdge(caller, callee, via, calls, errors, errors / calls, 0.01, 0.02)  # type: ignore[arg-type]


def _graph(*edges: GraphEdge, cycles: tuple[tuple[str, ...], ...] = ()) -> ServiceGraph:
    services = tuple(sorted({name for edge in edges for name in (edge.caller, edge.callee)}))
    within = tuple(TraceCycle(way, 2, "ab" * 16) for way in cycles[:1])
    return ServiceGraph(Window(0, 300), services, edges, cycles, within)


@pytest.mark.parametrize("width", WIDTHS)
def test_tree_tells_every_edge_once(width: int) -> None:
    """Under who calls; what was expanded above is referred to, over a queue it looks different."""
    graph = _graph(
        _edge("a", "b", 1200, 12), _edge("a", "c", 5), _edge("c", "b"), _edge("b", "d", via="queue"), _edge("d", "c")
    )  # fmt: skip
    graph = replace(graph, services=(*graph.services, "lonely"))
    text = shown(graph_text.tree(graph), width).splitlines()
    assert max(map(len, text)) <= width
    assert [line[:18].rstrip() for line in text[1:]] == [
        "a",
        "├─▶ b",
        "│  └┄▷ d",
        "│     └─▶ c",
        "│        └─▶ b ↑",
        "└─▶ c ↑",
        "lonely",
    ]
    assert "1,200" in text[2]
    assert "1.0 %" in text[2]


def test_way_back_to_who_called_is_marked_and_cycles_are_named() -> None:
    """A cycle that one trace went round is told with an example."""
    graph = _graph(_edge("a", "b"), _edge("b", "c"), _edge("c", "b"), cycles=(("b", "c", "b"), ("x", "y", "x")))
    assert "b ↻" in shown(graph_text.tree(graph), 80)
    assert graph_text.cycles(graph) == [
        "cycle: b → c → b, within one trace: 2 traces, lab trace abababababab",
        "cycle: x → y → x",
    ]


def test_queue_is_no_way_back() -> None:
    """Nobody waits at its end."""
    assert "↻" not in shown(graph_text.tree(_graph(_edge("a", "b", via="queue"), _edge("b", "a"))), 80)


def test_table_cuts_only_what_may_be_cut() -> None:
    """A narrow terminal costs the long column; a pipe gets everything, and the long forms."""
    columns = (Column("ID"), Column("NAME", gives_way=True), Column("N", right=True), Column("", only_drawn=True))
    rows = [(Cell("0123456789", "bold", "0123"), "x" * 100, "7", "███")]
    narrow = shown(drawn(columns, rows), 40)
    assert "0123 " in narrow
    assert "…" in narrow
    assert "███" in narrow
    assert lines(columns, rows).splitlines()[1] == f"0123456789  {'x' * 100}  7"
    assert lines(columns, []) == "ID  NAME  N"


def _replica(service: str, number: int, state: str, restarts: int) -> dict[str, object]:
    short = service.removesuffix("-service")
    who = {"instance": f"{service}-{number}", "service": service, "short": short}
    return {**who, "state": state, "restarts": restarts}


STATUS = {
    "replicas": [
        _replica("order-service", 1, "ready", 2),
        _replica("order-service", 2, "failed", 0),
        _replica("billing-service", 1, "ready", 0),
        _replica("mesh", 1, "failed", 9),
    ]
}


@pytest.mark.parametrize("width", WIDTHS)
async def test_overview_fits_and_names_who_is_down(width: int) -> None:
    """Restarts and missing replicas are told; what serves no customer is not; who serves nothing is."""
    found = await overview(shop(NOW_S), 300, 300, STATUS)
    text = shown(top_text.screen(found, width, "note"), width).splitlines()
    assert max(map(len, text)) <= width
    whole = "\n".join(text)
    assert "not ready: order-service-2" in whole
    assert "1/2 ↻2" in whole
    assert "mesh" not in whole
    assert any(line.split()[:6] == ["billing-service", "1/1", "–", "–", "–", "–"] for line in text)


def test_without_a_supervisor_nothing_is_known_of_replicas() -> None:
    """It may be another machine's store."""
    assert replicas_of(None) == {}
