"""A layered drawing of a directed graph: callers left, callees right, few crossings (Sugiyama, Tagawa, Toda 1981).

Cycles are broken by turning edges round; nodes get layers by longest path; edges that span several layers get a bend in
each; barycentres order the layers; then everybody moves towards the middle of its neighbours.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Node = Hashable
Edge = tuple[str, str]
Neighbours = Mapping[Node, Sequence[Node]]
SWEEPS = 24


@dataclass(frozen=True)
class Bend:
    """Where an edge passes a layer between its ends."""

    edge: Edge
    layer: int


@dataclass(frozen=True)
class Place:
    """Layer from the left, from 0 on; height in rows, where two of one layer are at least one row apart."""

    layer: int
    row: float


@dataclass(frozen=True)
class Layout:
    """Where everything is."""

    nodes: Mapping[str, Place]
    routes: Mapping[Edge, tuple[Place, ...]]
    """The way of each edge, its ends included, from the caller on."""


def layout(nodes: Iterable[str], edges: Iterable[Edge]) -> Layout:
    """Place `nodes` and lead `edges` between them; an edge from a node to itself has no route."""
    names = list(nodes)
    proper = [edge for edge in dict.fromkeys(edges) if edge[0] != edge[1]]
    turned = _turned(names, proper)
    forward = {edge: (edge[1], edge[0]) if edge in turned else edge for edge in proper}
    layer_of = _layers(names, list(dict.fromkeys(forward.values())))
    chains = {edge: _chain(edge, forward[edge], layer_of) for edge in proper}
    layers = _ordered(_filled(names, layer_of, chains.values()), chains.values())
    rows = _rows(layers, chains.values())
    place = {node: Place(layer, rows[node]) for layer, inside in enumerate(layers) for node in inside}
    routes = {
        edge: tuple(place[node] for node in (reversed(chain) if edge in turned else chain))
        for edge, chain in chains.items()
    }
    return Layout({name: place[name] for name in names}, routes)


def _turned(names: Sequence[str], edges: Sequence[Edge]) -> set[Edge]:
    """Return edges without which there is no cycle: those that lead back to a node on the way to them."""
    after = _after(edges)
    begun: set[Node] = set()
    on_the_way: set[Node] = set()
    back: set[Edge] = set()
    called = {callee for _, callee in edges}

    def visit(node: str) -> None:
        begun.add(node)
        on_the_way.add(node)
        for callee in after.get(node, ()):
            if callee in on_the_way:
                back.add((node, str(callee)))
            elif callee not in begun:
                visit(str(callee))
        on_the_way.discard(node)

    for name in sorted(names, key=lambda one: one in called):  # roots first
        if name not in begun:
            visit(name)
    return back


def _layers(names: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Return layers by longest path; a root stands next to whom it calls first."""
    before = _after([(callee, caller) for caller, callee in edges])
    after = _after(edges)
    layer: dict[str, int] = {}

    def depth(node: str) -> int:
        if node not in layer:
            layer[node] = max((depth(str(caller)) + 1 for caller in before.get(node, ())), default=0)
        return layer[node]

    for name in names:
        depth(name)
    for name in names:
        if name not in before and name in after:
            layer[name] = min(layer[str(callee)] for callee in after[name]) - 1
    return layer


def _chain(edge: Edge, forward: Edge, layer_of: Mapping[str, int]) -> tuple[Node, ...]:
    first, last = forward
    return (first, *(Bend(edge, layer) for layer in range(layer_of[first] + 1, layer_of[last])), last)


def _filled(names: Sequence[str], layer_of: Mapping[str, int], chains: Iterable[Sequence[Node]]) -> list[list[Node]]:
    layers: list[list[Node]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
    for name in names:
        layers[layer_of[name]].append(name)
    for chain in chains:
        for bend in chain[1:-1]:
            assert isinstance(bend, Bend)  # noqa: S101 -- only ends are names
            layers[bend.layer].append(bend)
    return layers


def _ordered(layers: list[list[Node]], chains: Iterable[Sequence[Node]]) -> list[list[Node]]:
    """Order each layer by where its neighbours stand, to and fro, and keep the order with the fewest crossings."""
    links = [pair for chain in chains for pair in pairwise(chain)]
    left, right = _after([(b, a) for a, b in links]), _after(links)
    best, least = [list(layer) for layer in layers], _crossings(layers, right)
    for sweep in range(SWEEPS):
        to_the_right = sweep % 2 == 0
        for place in range(1, len(layers)) if to_the_right else range(len(layers) - 2, -1, -1):
            fixed = layers[place - 1 if to_the_right else place + 1]
            height = {node: row for row, node in enumerate(fixed)}
            neighbours = left if to_the_right else right
            own = {node: row for row, node in enumerate(layers[place])}
            layers[place].sort(key=lambda node: _mean([height[n] for n in neighbours.get(node, ())], own[node]))
        if (crossings := _crossings(layers, right)) < least:
            best, least = [list(layer) for layer in layers], crossings
    return best


def _crossings(layers: Sequence[Sequence[Node]], right: Neighbours) -> int:
    count = 0
    for layer, following in pairwise(layers):
        height = {node: row for row, node in enumerate(following)}
        ends = [sorted(height[one] for one in right.get(node, ())) for node in layer]
        count += sum(a > b for i, upper in enumerate(ends) for lower in ends[i + 1 :] for a in upper for b in lower)
    return count


def _rows(layers: Sequence[Sequence[Node]], chains: Iterable[Sequence[Node]]) -> dict[Node, float]:
    """Give everybody a height near the mean of its neighbours, in the order that is settled."""
    neighbours: dict[Node, list[Node]] = defaultdict(list)
    for chain in chains:
        for one, other in pairwise(chain):
            neighbours[one].append(other)
            neighbours[other].append(one)
    rows = {node: row - (len(layer) - 1) / 2 for layer in layers for row, node in enumerate(layer)}
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wanted = [_mean([rows[one] for one in neighbours[node]], rows[node]) for node in layer]
            rows.update(zip(layer, _apart(wanted), strict=True))
    lowest = min(rows.values(), default=0.0)
    return {node: row - lowest for node, row in rows.items()}


def _apart(wanted: Sequence[float]) -> list[float]:
    """Return heights in the same order, at least 1 apart, as near to those that are wanted as that allows."""
    blocks: list[tuple[float, int]] = []  # sum of what its members want of its first, and how many they are
    for height in wanted:
        total, size = height, 1
        while blocks and blocks[-1][0] / blocks[-1][1] + blocks[-1][1] > total / size:
            before, members = blocks.pop()
            total, size = before + total - size * members, size + members
        blocks.append((total, size))
    return [total / size + member for total, size in blocks for member in range(size)]


def _after(edges: Iterable[tuple[Node, Node]]) -> dict[Node, list[Node]]:
    found: dict[Node, list[Node]] = defaultdict(list)
    for one, other in edges:
        found[one].append(other)
    return dict(found)


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
