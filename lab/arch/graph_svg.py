"""The document as a picture: who uses and calls whom; SVG for light and for dark."""

from collections.abc import Iterator
from html import escape

from advisor.calm.model import Architecture, Node
from lab.evidence import curves
from lab.evidence.layered import Layout, Place, layout

WIDTH, HEIGHT = 188.0, 48.0
ACROSS, DOWN = 272.0, 78.0
MARGIN, TITLE = 32.0, 84.0
ROUNDING = {"actor": 24, "database": 4, "data-asset": 4}

STYLE = """
svg { font: 12.5px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; background: #fbfbfd; }
.title { font-size: 17px; font-weight: 600; fill: #1d2330; } .note { fill: #667085; font-size: 11px; }
.box { fill: #ffffff; stroke: #98a2b3; stroke-width: 1.2; } .name { font-weight: 600; fill: #1d2330; }
.tier-1 .box { stroke: #2f6fd0; stroke-width: 1.8; }
.actor .box { fill: #eef4ff; } .database .box, .data-asset .box { fill: #f2f4f7; }
.external .box { stroke-dasharray: 4 3; }
.edge { fill: none; stroke: #8a94a6; stroke-width: 1.4; } .tip { fill: #8a94a6; }
.queue .edge { stroke-dasharray: 6 5; } .uses .edge { stroke-dasharray: 1 4; stroke-linecap: round; }
g.way:hover .edge { stroke: #2f6fd0; stroke-width: 3px; }
@media (prefers-color-scheme: dark) {
  svg { background: #14171f; } .title, .name { fill: #eef1f6; } .note { fill: #98a2b3; }
  .box { fill: #1f2430; stroke: #5c6780; }
  .actor .box { fill: #1b2a45; } .database .box, .data-asset .box { fill: #272c38; }
}
"""
NOTE = "blue: tier 1; dashed box: run by others; dashed line: over a queue; dotted: used by people"


def svg(of: Architecture) -> str:
    """Return the whole picture: every node that takes part in a call or is used by an actor."""
    ways = list(_ways(of))
    named = {end for way in ways for end in way[:2]}
    nodes = [node for node in of.nodes if node.id in named]
    found = layout([node.id for node in nodes], [way[:2] for way in ways])
    width = max((place.layer for place in found.nodes.values()), default=2) * ACROSS + WIDTH + 2 * MARGIN
    height = max((place.row for place in found.nodes.values()), default=0) * DOWN + TITLE + HEIGHT + 2 * MARGIN
    title = escape(of.name or of.id or "Architecture")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
            f'height="{height:.0f}" role="img" aria-label="{title}">',
            f"<style>{STYLE}</style>",
            f'<text class="title" x="{MARGIN:.0f}" y="32">{title}</text>',
            f'<text class="note" x="{MARGIN:.0f}" y="52">{NOTE}</text>',
            *(_way(found, way) for way in ways if way[:2] in found.routes),
            *(_node(node, found.nodes[node.id]) for node in nodes),
            "</svg>",
            "",
        ]
    )


def _ways(of: Architecture) -> Iterator[tuple[str, str, str, str]]:
    """Yield from, to, kind and words of each line."""
    for one in of.connections:
        kind = "queue" if one.is_queued else "call"
        yield one.ends[0].node, one.ends[1].node, kind, f"{one.id} ({one.protocol}): {one.description}"
    for one in of.relationships:
        if one.kind == "interacts":
            ends = [end.node for end in one.ends if end.node in of.node]
            yield from ((ends[0], node, "uses", f"{one.id}: {one.description}") for node in ends[1:])


def _way(found: Layout, way: tuple[str, str, str, str]) -> str:
    route = [_corner(place) for place in found.routes[way[:2]]]
    (begin, begin_y), *bends, (end, end_y) = [(x + WIDTH / 2, y + HEIGHT / 2) for x, y in route]
    side = WIDTH / 2 if begin < end else -WIDTH / 2
    curve = curves.through([(begin + side, begin_y), *bends, (end - side, end_y)])
    return (
        f'<g class="way {way[2]}"><title>{escape(way[3])}</title><path class="edge" d="{curves.path(curve)}"/>'
        f'<polygon class="tip" points="{curves.tip(curve)}"/></g>'
    )


def _node(node: Node, place: Place) -> str:
    x, y = _corner(place)
    middle = x + WIDTH / 2
    styles = [node.type, node.metadata.text("tier"), "external" if node.metadata.get("external") is True else ""]
    owner = node.metadata.text("owner") or node.type
    return (
        f'<g class="{escape(" ".join(filter(None, styles)))}"><title>{escape(node.description)}</title>'
        f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{WIDTH:.0f}" height="{HEIGHT:.0f}" '
        f'rx="{ROUNDING.get(node.type, 9)}"/>'
        f'<text class="name" text-anchor="middle" x="{middle:.1f}" y="{y + 21:.1f}">{escape(node.id)}</text>'
        f'<text class="note" text-anchor="middle" x="{middle:.1f}" y="{y + 37:.1f}">{escape(owner)}</text></g>'
    )


def _corner(place: Place) -> tuple[float, float]:
    return MARGIN + place.layer * ACROSS, TITLE + place.row * DOWN
