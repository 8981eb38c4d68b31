"""Where services stand in the picture."""

from collections import defaultdict
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lab.evidence.graph_svg import svg
from lab.evidence.layered import layout
from observability.evidence.model import GraphEdge, ServiceGraph, Window

NAMES = "abcdefgh"
edges = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=20, unique=True)


@given(edges)
def test_layout_keeps_everybody_apart_and_every_edge_on_its_way(found: list[tuple[str, str]]) -> None:
    """Two of one layer are a row apart; a route goes from layer to layer, from the caller to the callee."""
    made = layout(NAMES, found)
    layers: dict[int, list[float]] = defaultdict(list)
    for place in {*made.nodes.values(), *(one for route in made.routes.values() for one in route)}:
        layers[place.layer].append(place.row)
    assert min(layers) >= 0
    for rows in layers.values():
        assert all(below - above > 1 - 1e-6 for above, below in pairwise(sorted(rows)))
    assert set(made.routes) == {edge for edge in found if edge[0] != edge[1]}
    for (caller, callee), route in made.routes.items():
        assert (route[0], route[-1]) == (made.nodes[caller], made.nodes[callee])
        assert {abs(there.layer - here.layer) for here, there in pairwise(route)} == {1}


def test_callers_stand_left_of_those_whom_they_call() -> None:
    """Where there is no cycle."""
    made = layout("abcd", [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")])
    assert [made.nodes[name].layer for name in "abcd"] == [0, 1, 2, 1]
    assert len(made.routes["a", "c"]) == 3


def test_crossings_are_taken_out() -> None:
    """Two pairs that would cross in the order of their names."""
    made = layout("abyx", [("a", "x"), ("b", "y")])
    assert (made.nodes["a"].row < made.nodes["b"].row) == (made.nodes["x"].row < made.nodes["y"].row)


def test_nothing_makes_a_picture_too() -> None:
    """No services, and names that XML would stumble over."""
    assert "</svg>" in svg(ServiceGraph(Window(0, 60), (), (), (), ()))
    odd = GraphEdge("<a>", '"&b', "http", 1, 0, 0.0, 0.1, 0.1)
    picture = svg(ServiceGraph(Window(0, 60), ("<a>", '"&b'), (odd,), (), ()))
    assert "&lt;a&gt;" in picture
    assert "<a>" not in picture
