"""The document as a picture: who uses and calls whom; SVG for light and for dark, alone or within a page."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from advisor.calm.model import Architecture, Node
from lab.evidence import curves
from lab.evidence.curves import Piece
from lab.evidence.layered import Layout, Place, layout

WIDTH, HEIGHT = 204.0, 48.0
ACROSS, DOWN = 282.0, 78.0
MARGIN, TITLE = 32.0, 52.0
ROUNDING = {"actor": 24, "database": 4, "data-asset": 4}
LONGEST = 24
"""Letters of a name that fit into a box."""
LETTER = 7.0
"""Width of a figure at a line, about."""

STYLE = """
.drawing { font: 12.5px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; background: #fbfbfd; }
.drawing .title { font-size: 17px; font-weight: 600; fill: #1d2330; } .drawing .note { fill: #667085; font-size: 11px; }
.drawing .box { fill: #ffffff; stroke: #98a2b3; stroke-width: 1.2; } .drawing .name { font-weight: 600; fill: #1d2330; }
.drawing .tier-1 .box { stroke: #2f6fd0; stroke-width: 1.8; }
.drawing .actor .box { fill: #eef4ff; }
.drawing .database .box, .drawing .data-asset .box { fill: #f2f4f7; }
.drawing .external .box { stroke-dasharray: 4 3; }
.drawing .edge { fill: none; stroke: #8a94a6; stroke-width: 1.4; } .drawing .tip { fill: #8a94a6; }
.drawing .queue .edge { stroke-dasharray: 6 5; }
.drawing .uses .edge { stroke-dasharray: 1 4; stroke-linecap: round; }
.drawing .way:hover .edge { stroke: #2f6fd0; stroke-width: 3px; }
@media (prefers-color-scheme: dark) {
  .drawing { background: #14171f; } .drawing .title, .drawing .name { fill: #eef1f6; } .drawing .note { fill: #98a2b3; }
  .drawing .box { fill: #1f2430; stroke: #5c6780; }
  .drawing .actor .box { fill: #1b2a45; } .drawing .database .box, .drawing .data-asset .box { fill: #272c38; }
}
"""
NOTE = "blue: tier 1; dashed box: run by others; dashed line: over a queue; dotted: used by people"


@dataclass(frozen=True)
class Way:
    """A line. `kind`: call, queue or uses."""

    source: str
    target: str
    kind: str
    id: str
    words: str

    @property
    def ends(self) -> tuple[str, str]:
        """From where to where."""
        return self.source, self.target


@dataclass(frozen=True)
class Page:
    """How the picture stands in a page that it is part of, where its parts are links."""

    name: str
    """What it shows, for those who do not see it."""
    node: Callable[[str], str]
    """Address of the page of a node."""
    way: Callable[[str], str]
    """Address of the page of a relationship."""
    here: str = ""
    """The node that the page is about."""
    figures: Mapping[str, str] = field(default_factory=dict)
    """What stands at the line of a relationship."""


def svg(of: Architecture, page: Page | None = None, only: Collection[str] | None = None) -> str:
    """Return the picture of every node that takes part in a call or is used by an actor; nothing without any.

    `only`: ids of the relationships that are drawn, and of nodes whose neighbours do not matter.
    """
    ways = [way for way in _ways(of) if only is None or way.id in only]
    named = {end for way in ways for end in way.ends} | {one for one in only or () if one in of.node}
    nodes = [node for node in of.node.values() if node.id in named]
    if page is not None and not nodes:
        return ""
    found = layout([node.id for node in nodes], [way.ends for way in ways])
    top = TITLE if page is None else 0.0
    inner = "\n".join(
        [
            *(_way(found, way, top, page) for way in ways if way.ends in found.routes),
            *(_node(node, found.nodes[node.id], top, page) for node in nodes),
        ]
    )
    return _framed(of, found, page, inner)


def _framed(of: Architecture, found: Layout, page: Page | None, inner: str) -> str:
    places = [*found.nodes.values(), *(place for route in found.routes.values() for place in route)]
    width = max((place.layer for place in places), default=2) * ACROSS + WIDTH + 2 * MARGIN
    height = max((place.row for place in places), default=0) * DOWN + HEIGHT + 2 * MARGIN
    if page is not None:
        return (
            f'<svg class="drawing" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
            f'style="--natural: {width:.0f}px" role="group" aria-label="{escape(page.name)}">\n{inner}\n</svg>'
        )
    height, title = height + TITLE, escape(of.name or of.id or "Architecture")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}" role="img" aria-label="{title}">',
            f"<style>{STYLE}</style>",
            f'<text class="title" x="{MARGIN:.0f}" y="32">{title}</text>',
            f'<text class="note" x="{MARGIN:.0f}" y="52">{NOTE}</text>',
            inner,
            "</svg>",
            "",
        ]
    )


def _ways(of: Architecture) -> Iterator[Way]:
    for one in of.connections:
        kind = "queue" if one.is_queued else "call"
        words = f"{one.id} ({one.protocol}): {one.description}"
        yield Way(one.ends[0].node, one.ends[1].node, kind, one.id, words)
    for one in of.relationships:
        if one.kind == "interacts" and one.ends[0].node in of.node:
            ends = [end.node for end in one.ends if end.node in of.node]
            yield from (Way(ends[0], node, "uses", one.id, f"{one.id}: {one.description}") for node in ends[1:])


def _way(found: Layout, way: Way, top: float, page: Page | None) -> str:
    first, *bends, last = [_corner(place, top) for place in found.routes[way.ends]]
    forward = first[0] < last[0]
    begin, end = (first[0] + WIDTH, last[0]) if forward else (first[0], last[0] + WIDTH)
    # A line that passes a column goes level all the way through, between the boxes that stand there.
    sides = (0.0, WIDTH) if forward else (WIDTH, 0.0)
    passed = [(x + side, y) for x, y in bends for side in sides]
    points = [(x, y + HEIGHT / 2) for x, y in ((begin, first[1]), *passed, (end, last[1]))]
    curve = curves.through(points)
    drawn = (
        f'<path class="edge" d="{curves.path(curve)}"/><polygon class="tip" points="{curves.tip(curve)}"/>'
        f"{_figure(curve, page.figures.get(way.id, '') if page else '')}"
    )
    if page is not None:
        hit = f'<path class="hit" d="{curves.path(curve)}"/>{drawn}'
        drawn = f'<a href="{escape(page.way(way.id))}" tabindex="-1">{hit}</a>'
    return f'<g class="way {way.kind}" data-way="{escape(way.id)}"><title>{escape(way.words)}</title>{drawn}</g>'


def _figure(curve: list[Piece], text: str) -> str:
    if not text:
        return ""
    (x, y), half = curves.at(curve, 0.5), (len(text) * LETTER + 10) / 2
    return (
        f'<rect class="badge-back" x="{x - half:.1f}" y="{y - 9:.1f}" width="{2 * half:.1f}" height="18" rx="9"/>'
        f'<text class="figure" text-anchor="middle" x="{x:.1f}" y="{y + 4:.1f}">{escape(text)}</text>'
    )


def _node(node: Node, place: Place, top: float, page: Page | None) -> str:
    x, y = _corner(place, top)
    middle = x + WIDTH / 2
    styles = [node.type, node.metadata.text("tier"), "external" if node.metadata.get("external") is True else ""]
    if page is not None and page.here == node.id:
        styles.append("here")
    drawn = (
        f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{WIDTH:.0f}" height="{HEIGHT:.0f}" '
        f'rx="{ROUNDING.get(node.type, 9)}"/>'
        f'<text class="name" text-anchor="middle" x="{middle:.1f}" y="{y + 21:.1f}">{escape(_short(node.id))}</text>'
        f'<text class="note" text-anchor="middle" x="{middle:.1f}" y="{y + 37:.1f}">'
        f"{escape(_short(node.metadata.text('owner') or node.type))}</text>"
    )
    if page is not None:
        drawn = f'<a href="{escape(page.node(node.id))}">{drawn}</a>'
    classes = escape(" ".join(filter(None, styles)))
    return f'<g class="{classes}"><title>{escape(node.description or node.id)}</title>{drawn}</g>'


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _corner(place: Place, top: float) -> tuple[float, float]:
    return MARGIN + place.layer * ACROSS, top + MARGIN + place.row * DOWN
