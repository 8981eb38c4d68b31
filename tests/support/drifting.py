"""Small documents, and what is seen of them, for claims about drift."""

import copy
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from advisor.calm.model import Architecture
from advisor.calm.reading import architecture
from advisor.calm.source import Source, parsed
from advisor.drift.finding import Check
from observability.evidence.model import GraphEdge, ServiceGraph, TraceCycle, Window
from tests.support.calm_documents import sound

FILE = Path("small.json")
Change = Callable[[dict[str, Any]], None]


def document(*changes: Change) -> Architecture:
    """Return the small document: a shop calls a till, a till opens its books; after changes."""
    whole = copy.deepcopy(sound())
    for change in changes:
        change(whole)
    return architecture(Source(FILE, parsed(json.dumps(whole, indent=1), FILE)))


def ids(check: Check) -> list[str]:
    """Return the ids of what was found."""
    return [one.id for one in check.drifts]


def edge(caller: str, callee: str, calls: int = 50, via: Any = "http") -> GraphEdge:
    """Return calls that went well."""
    return GraphEdge(caller, callee, via, calls, 0, 0.0, 0.01, 0.02)


def graph(
    edges: Iterable[GraphEdge], cycles: Iterable[tuple[str, ...]] = (), traced: Iterable[TraceCycle] = ()
) -> ServiceGraph:
    """Return a graph of a quarter of an hour."""
    return ServiceGraph(Window(0, 900), (), tuple(edges), tuple(cycles), tuple(traced))
