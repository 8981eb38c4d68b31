"""Who calls whom, as a picture: SVG that a browser, an editor and a wiki show as it is, in light and in dark."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import log10

from lab.durations import text as duration
from lab.evidence import curves, figures
from lab.evidence.curves import Piece
from lab.evidence.graph_text import WRONG, cycles
from lab.evidence.layered import Place, layout
from observability.evidence.model import GraphEdge, ServiceGraph

WIDTH, HEIGHT = 168.0, 46.0
"""Of a service's box."""
ACROSS, DOWN = 306.0, 88.0
"""From layer to layer, and from row to row."""
MARGIN, TITLE = 32.0, 86.0
LINE = 15.0
LETTER = 6.1
"""Width of a letter of a label, about."""
ASIDE = 11.0
"""By how much two services that call each other have their lines apart from the middle."""
PLACES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.2, 0.8, 0.14, 0.86)
"""Where along an edge its label may be."""

STYLE = """
svg { font: 13px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; background: #fbfbfd; }
.title { font-size: 17px; font-weight: 600; fill: #1d2330; } .note { fill: #667085; }
.box { fill: #ffffff; stroke: #c3c9d5; stroke-width: 1.2; } .name { font-weight: 600; fill: #1d2330; }
.edge { fill: none; stroke: #8a94a6; } .tip { fill: #8a94a6; } .label { fill: #475467; font-size: 11.5px; }
.pad { fill: #fbfbfd; opacity: 0.88; }
.queue { stroke-dasharray: 6 5; }
.some .edge { stroke: #d99a1e; } .some .tip { fill: #d99a1e; } .some .bad { fill: #a86f00; }
.wrong .edge { stroke: #d64545; } .wrong .tip { fill: #d64545; } .wrong .bad { fill: #c22f2f; font-weight: 600; }
.round .edge { stroke: #b3269d; stroke-width: 3px; } .round .tip { fill: #b3269d; }
.cycle { fill: #b3269d; font-weight: 600; }
g.way:hover .edge { stroke-width: 4px; }
@media (prefers-color-scheme: dark) {
  svg { background: #14171f; } .title, .name { fill: #eef1f6; } .note { fill: #98a2b3; } .label { fill: #c3cad8; }
  .box { fill: #1f2430; stroke: #465066; } .pad { fill: #14171f; } .some .bad { fill: #f0b64a; }
  .wrong .bad { fill: #ff7b7b; } .cycle { fill: #ef7be0; }
}
"""


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    width: float
    height: float

    def shared(self, other: "_Box") -> float:
        """Return the area that both cover."""
        across = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        down = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return max(0.0, across) * max(0.0, down)


def svg(graph: ServiceGraph) -> str:
    """Return the whole picture."""
    pairs = {(edge.caller, edge.callee) for edge in graph.edges}
    found = layout(graph.services, [(edge.caller, edge.callee) for edge in graph.edges])
    boxes = {name: _box(place) for name, place in found.nodes.items()}
    taken = list(boxes.values())
    round_about = {pair for way in graph.cycles for pair in pairwise(way)}
    ways: list[str] = []
    labels: list[str] = []
    for edge in graph.edges:
        pair = (edge.caller, edge.callee)
        curve = _curve(found.routes.get(pair, ()), boxes[edge.caller], mutual=pair[::-1] in pairs)
        ways.append(_way(edge, curve, in_cycle=pair in round_about))
        labels += _label(edge, curve, taken)
    said = cycles(graph)
    width = max(680.0, *(box.left + box.width + MARGIN for box in boxes.values())) if boxes else 680.0
    bottom = max((box.top + box.height for box in taken), default=TITLE)
    height = bottom + MARGIN + LINE * (len(said) + 2)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
            f'height="{height:.0f}" role="img" aria-label="Who calls whom">',
            f"<style>{STYLE}</style>",
            *_heading(graph),
            *ways,
            *labels,
            *(_node(name, box) for name, box in boxes.items()),
            *_footing(said, bottom + MARGIN),
            "</svg>",
            "",
        ]
    )


def _heading(graph: ServiceGraph) -> Iterator[str]:
    calls, errors = (sum(getattr(edge, what) for edge in graph.edges) for what in ("calls", "errors"))
    yield f'<text class="title" x="{MARGIN:.0f}" y="32">Who calls whom</text>'
    span = f"{figures.clock(graph.window.start_s, date=True)[:19]}, {duration(graph.window.length_s)}"
    said = f"{span}: {figures.counted(calls, 'call')}, {figures.percent(errors / calls if calls else 0.0)} errors"
    yield f'<text class="note" x="{MARGIN:.0f}" y="52">{escape(said)}</text>'


def _footing(said: Iterable[str], top: float) -> Iterator[str]:
    y = top
    for sentence in said:
        yield f'<text class="cycle" x="{MARGIN:.0f}" y="{y:.0f}">{escape(sentence)}</text>'
        y += LINE
    note = f"dashed: over a queue; amber: errors; red: {WRONG:.0%} errors or more; violet: part of a cycle"
    yield f'<text class="note" x="{MARGIN:.0f}" y="{y + 4:.0f}">{note}</text>'


def _node(name: str, box: _Box) -> str:
    middle = f'x="{box.left + box.width / 2:.1f}" y="{box.top + box.height / 2 + 4.5:.1f}"'
    return f'{_rectangle("box", box, 9)}<text class="name" text-anchor="middle" {middle}>{escape(name)}</text>'


def _rectangle(style: str, box: _Box, round_by: int) -> str:
    size = f'width="{box.width:.0f}" height="{box.height:.0f}" rx="{round_by}"'
    return f'<rect class="{style}" x="{box.left:.1f}" y="{box.top:.1f}" {size}/>'


def _box(place: Place) -> _Box:
    return _Box(MARGIN + place.layer * ACROSS, TITLE + place.row * DOWN, WIDTH, HEIGHT)


def _curve(route: Sequence[Place], caller: _Box, *, mutual: bool) -> list[Piece]:
    """Return the line of an edge, from side to side; one to oneself goes round above the box.

    Where the callee calls back, both lines keep aside: callers above, those who call back below.
    """
    if not route:
        return curves.loop(caller.left + caller.width / 2, caller.top)
    boxes = [_box(place) for place in route]
    aside = 0.0 if not mutual else -ASIDE if route[0].layer < route[-1].layer else ASIDE
    middles = [(box.left + box.width / 2, box.top + box.height / 2 + aside) for box in boxes]
    (begin, begin_y), *bends, (end, end_y) = middles
    side = WIDTH / 2 if begin < end else -WIDTH / 2
    return curves.through([(begin + side, begin_y), *bends, (end - side, end_y)])


def _way(edge: GraphEdge, curve: Sequence[Piece], *, in_cycle: bool) -> str:
    thick = 1.2 + 0.8 * log10(max(1, edge.calls))
    queue = " queue" if edge.via == "queue" else ""
    return (
        f'<g class="way {_kind(edge)}{" round" if in_cycle else ""}"><title>{escape(_said(edge))}</title>'
        f'<path class="edge{queue}" stroke-width="{thick:.1f}" d="{curves.path(curve)}"/>'
        f'<polygon class="tip" points="{curves.tip(curve)}"/></g>'
    )


def _said(edge: GraphEdge) -> str:
    times = f"p50 {figures.seconds(edge.p50_s)}, p95 {figures.seconds(edge.p95_s)}"
    calls = f"{figures.counted(edge.calls, 'call')}, {figures.counted(edge.errors, 'error')}"
    return f"{edge.caller} → {edge.callee} ({edge.via}): {calls}, {times}"


def _label(edge: GraphEdge, curve: Sequence[Piece], taken: list[_Box]) -> Iterator[str]:
    """Yield count, time and errors of an edge, where least else stands yet."""
    lines = [(f"{figures.counted(edge.calls, 'call')}", "label"), (f"p95 {figures.seconds(edge.p95_s)}", "label")]
    if edge.errors:
        lines.append((f"{figures.percent(edge.error_ratio)} errors", "label bad"))
    width, height = LETTER * max(len(line) for line, _ in lines) + 4, LINE * len(lines)
    middles = [curves.at(curve, share) for share in PLACES]
    spots = [_Box(x - width / 2, y - height / 2, width, height) for x, y in middles]
    spot = min(spots, key=lambda one: sum(one.shared(other) for other in taken))
    taken.append(spot)
    yield f'<g class="{_kind(edge)}">{_rectangle("pad", spot, 4)}'
    for number, (line, style) in enumerate(lines):
        where = f'x="{spot.left + width / 2:.1f}" y="{spot.top + LINE * number + 11:.1f}"'
        yield f'<text class="{style}" text-anchor="middle" {where}>{escape(line)}</text>'
    yield "</g>"


def _kind(edge: GraphEdge) -> str:
    return "wrong" if edge.error_ratio >= WRONG else "some" if edge.error_ratio else "well"
