"""Claims about calls: what was seen against what is declared, in both directions, and ways round."""

from typing import Any

import pytest

from advisor.drift.calls import Seen, compare
from observability.evidence.model import GraphEdge, ServiceGraph, TraceCycle
from tests.support.drifting import Change, document, edge, graph, ids

BUSY = {"shop": 500.0, "till": 500.0}
ROUND = ("shop", "till", "shop")


def seen(told: ServiceGraph, served: dict[str, float] | None = None) -> Seen:
    """Return what was seen within a quarter of an hour."""
    return Seen(told, "15m", BUSY if served is None else served, 200, {("till", "shop"): "abc"}, frozenset({"crowd"}))


def queued(whole: dict[str, Any]) -> None:
    """Have both services meet at a queue."""
    whole["nodes"].append({"unique-id": "tray", "node-type": "data-asset", "name": "Tray", "description": "Holds."})
    for name in ("shop", "till"):
        ends = {"source": {"node": name}, "destination": {"node": "tray"}}
        whole["relationships"].append(
            {"unique-id": f"{name}-at-tray", "protocol": "AMQP", "relationship-type": {"connects": ends}}
        )


def rare(whole: dict[str, Any]) -> None:
    """Say that the till is rarely called."""
    whole["relationships"][1]["metadata"] = {"call-frequency": "rare"}


CASES: list[tuple[str, list[Change], list[GraphEdge], list[str]]] = [
    ("as declared", [], [edge("shop", "till")], []),
    ("undeclared", [], [edge("shop", "till"), edge("shop", "shop")], ["call-undeclared:shop/shop"]),
    ("no node", [], [edge("shop", "till"), edge("shop", "mill")], ["call-undeclared:shop/mill"]),
    ("by the lab", [], [edge("shop", "till"), edge("crowd", "shop")], []),
    ("reversed", [], [edge("shop", "till"), edge("till", "shop")], ["call-reversed:till/shop"]),
    ("not seen", [], [], ["call-not-seen:shop/till"]),
    ("rare", [rare], [], []),
    ("queue", [queued], [edge("shop", "till"), edge("shop", "till", via="queue")], []),
    ("queue not seen", [queued], [edge("shop", "till")], ["call-not-seen:shop/tray"]),
    (
        "undeclared queue",
        [],
        [edge("shop", "till"), edge("shop", "till", via="queue")],
        ["call-undeclared:shop/till/queue"],
    ),
]


@pytest.mark.parametrize(("changes", "edges", "found"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_calls_are_compared_in_both_directions(changes: list[Change], edges: list[GraphEdge], found: list[str]) -> None:
    """What is undeclared, what goes the wrong way, what was not seen; nothing where all is as declared."""
    assert ids(compare(document(*changes), seen(graph(edges)))) == found


@pytest.mark.parametrize(("served", "found"), [(199.0, 0), (200.0, 1)])
def test_a_caller_that_served_little_says_nothing_by_not_calling(served: float, found: int) -> None:
    """It is told whom that concerns, and that something may have been overlooked."""
    check = compare(document(), seen(graph([]), {"shop": served}))
    assert len(check.drifts) == found
    assert check.partial is (found == 0)
    assert any("not judged for shop" in note for note in check.notes) is (found == 0)


@pytest.mark.parametrize(("handled", "found"), [(199.0, []), (200.0, ["call-not-seen:shop/tray"])])
def test_a_queue_is_missed_once_all_who_are_at_it_have_served_enough(handled: float, found: list[str]) -> None:
    """A worker that is behind has taken nothing yet, however much was sent; that it is not judged is told."""
    check = compare(document(queued), seen(graph([edge("shop", "till")]), {"shop": 5000.0, "till": handled}))
    assert ids(check) == found
    assert any("not judged for till" in note for note in check.notes) is (not found)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (graph([edge("shop", "till")]), []),
        (graph([edge("shop", "till")], [ROUND]), ["cycle-possible:shop/till"]),
        (graph([edge("shop", "till")], [ROUND], [TraceCycle(ROUND, 3, "f00")]), ["cycle-in-trace:shop/till"]),
        (graph([edge("shop", "till")], [("till", "shop", "till")]), ["cycle-possible:shop/till"]),
        (graph([edge("shop", "till")], [("crowd", "shop", "crowd")]), []),
    ],
    ids=["none", "in the graph", "within one trace", "told from another end", "by the lab"],
)
def test_ways_round_are_told_once(told: ServiceGraph, found: list[str]) -> None:
    """Wherever the way is said to begin, and with a trace where one went all the way."""
    check = compare(document(), seen(told))
    assert ids(check) == found
    if "trace" in "".join(found):
        assert check.drifts[0].evidence == ("lab graph --since 15m", "lab trace f00")


def test_a_call_tells_where_it_would_be_declared_and_which_trace_shows_it() -> None:
    """Declared, with pointer and line; seen, with query and trace."""
    of = document()
    (one,) = compare(of, seen(graph([edge("shop", "till"), edge("till", "shop", 7)]))).drifts
    assert one.at.pointer == "/relationships/1"
    assert of.source.path.name == one.at.file
    assert one.at.line == of.source.position("/relationships/1")[0]
    assert "till called shop 7 times within 15m" in one.seen
    assert one.evidence == ("lab graph --since 15m", "lab trace abc")
