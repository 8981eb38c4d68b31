"""Calls: `connects` of the document against the graph that traces show, and ways round that somebody waits for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from advisor.calm.model import Architecture, Node, Relationship
from advisor.drift.finding import Check, Drift, drift, place
from observability.evidence.model import GraphEdge, ServiceGraph, TraceCycle

NAME = "calls"
FREQUENCY, RARE = "call-frequency", "rare"
"""Key of a relationship's metadata, and its value for a call that one may wait for in vain."""
Pair = tuple[str, str]


@dataclass(frozen=True)
class Seen:
    """What was seen of calls."""

    graph: ServiceGraph
    since: str
    """How far back, as it is typed: `15m`."""
    served: Mapping[str, float]
    """Service → requests and messages that it served, so long ago that it is known whom it called for them."""
    enough: int
    """A service that has served fewer says nothing by not calling."""
    examples: Mapping[Pair, str] = field(default_factory=dict)
    """Caller and callee → id of a trace."""
    outside: frozenset[str] = frozenset()
    """Services that are not part of what the document describes."""

    @property
    def edges(self) -> list[GraphEdge]:
        """Calls within what the document describes."""
        return [one for one in self.graph.edges if not {one.caller, one.callee} & self.outside]


@dataclass(frozen=True)
class Declared:
    """Calls between services, by their names in telemetry."""

    of: Architecture

    @cached_property
    def services(self) -> frozenset[str]:
        """Names of all services."""
        return frozenset(service(node) for node in self.of.nodes if node.is_service)

    @cached_property
    def calls(self) -> Mapping[Pair, list[Relationship]]:
        """Calls that somebody waits for."""
        found: dict[Pair, list[Relationship]] = {}
        for one in self.of.connections:
            ends = [self.of.node[end.node] for end in one.ends]
            if all(end.is_service for end in ends) and not one.is_queued:
                found.setdefault((service(ends[0]), service(ends[1])), []).append(one)
        return found

    @cached_property
    def queues(self) -> Mapping[str, list[tuple[str, Relationship]]]:
        """Queue → services at it; of services joined without one, the relationship."""
        found: dict[str, list[tuple[str, Relationship]]] = {}
        for one in self.of.connections:
            ends = [self.of.node[end.node] for end in one.ends]
            if one.is_queued:
                queue = next((end.id for end in ends if not end.is_service), one.id)
                found.setdefault(queue, []).extend((service(end), one) for end in ends if end.is_service)
        return found

    @property
    def unseen(self) -> int:
        """How many calls go to what leaves no spans of its own."""
        return sum(not one.is_queued and not self.of.node[one.ends[1].node].is_service for one in self.of.connections)

    def queued(self, pair: Pair) -> bool:
        """Whether both are at one queue."""
        return any(set(pair) <= {name for name, _ in users} for users in self.queues.values())


def service(node: Node) -> str:
    """Return what a node is called in telemetry."""
    return node.metadata.text("otel-service-name") or node.id


def undeclared(of: Architecture, seen: Seen) -> list[GraphEdge]:
    """Return calls that were seen and are not declared."""
    declared = Declared(of)
    return [one for one in seen.edges if not _is_declared(declared, one)]


def _is_declared(declared: Declared, edge: GraphEdge) -> bool:
    pair = (edge.caller, edge.callee)
    return declared.queued(pair) if edge.via == "queue" else pair in declared.calls


def compare(of: Architecture, seen: Seen) -> Check:
    """Compare calls in both directions, and look for ways round."""
    declared = Declared(of)
    found = [*_undeclared(declared, seen), *_not_seen(declared, seen), *_rounds(declared, seen)]
    compared = len(declared.calls) + len(declared.queues) + len(seen.edges)
    notes = tuple(_notes(declared, seen))
    return Check(NAME, compared, tuple(found), notes=notes, partial=bool(_quiet(declared, seen)))


def _undeclared(declared: Declared, seen: Seen) -> Iterator[Drift]:
    for edge in undeclared(declared.of, seen):
        pair = (edge.caller, edge.callee)
        back = declared.calls.get((edge.callee, edge.caller)) if edge.via == "http" else None
        told, pointer = _instead(declared, pair, back)
        way = "" if edge.via == "http" else " over a queue"
        yield drift(
            "call-reversed" if back else "call-undeclared",
            (*pair, *([] if edge.via == "http" else ["queue"])),
            declared=told,
            at=place(declared.of, pointer),
            seen=f"{edge.caller} called {edge.callee}{way} {edge.calls} times within {seen.since}.",
            evidence=_evidence(seen, pair),
            remedy=f"Find who made {edge.caller} do so and take it back, or add a relationship and a dependency.",
        )


def _instead(declared: Declared, pair: Pair, back: Sequence[Relationship] | None) -> tuple[str, str]:
    if back:
        return f"Only {pair[1]} calls {pair[0]}: {back[0].id}.", back[0].pointer
    strangers = [name for name in pair if name not in declared.services]
    if strangers:
        return f"There is no node for {' and '.join(strangers)}.", "/nodes"
    return f"No relationship leads from {pair[0]} to {pair[1]}.", "/relationships"


def _evidence(seen: Seen, pair: Pair) -> tuple[str, ...]:
    trace = seen.examples.get(pair)
    return (f"lab graph --since {seen.since}", *([f"lab trace {trace}"] if trace else []))


def _not_seen(declared: Declared, seen: Seen) -> Iterator[Drift]:
    there = {(one.caller, one.callee) for one in seen.edges if one.via == "http"}
    for pair, ways in declared.calls.items():
        if pair not in there and not _is_rare(ways) and seen.served.get(pair[0], 0) >= seen.enough:
            yield _silent(declared, seen, pair, ways[0], f"{pair[0]} calls {pair[1]}: {ways[0].id}.")
    queued = {frozenset((one.caller, one.callee)) for one in seen.edges if one.via == "queue"}
    for queue, users in declared.queues.items():
        names = list(dict.fromkeys(name for name, _ in users))
        if len(names) < 2 or any(pair <= set(names) for pair in queued):
            continue
        # Who sends may have done so for a while before anybody gets round to it.
        if min(seen.served.get(name, 0) for name in names) >= seen.enough:
            yield _silent(declared, seen, (names[0], queue), users[0][1], f"{' and '.join(names)} meet at {queue}.")


def _is_rare(ways: Sequence[Relationship]) -> bool:
    return all(one.metadata.text(FREQUENCY) == RARE for one in ways)


def _silent(declared: Declared, seen: Seen, pair: Pair, one: Relationship, told: str) -> Drift:
    return drift(
        "call-not-seen",
        pair,
        declared=told,
        at=place(declared.of, one.pointer),
        seen=f"Not seen within {seen.since}, in which {pair[0]} served {seen.served.get(pair[0], 0):.0f} requests.",
        evidence=(f"lab graph --since {seen.since}", f"lab traces --service {pair[0]} --since {seen.since}"),
        remedy="Look further back (--since 1h); if it is really gone, remove the relationship and the dependency.",
    )


def _rounds(declared: Declared, seen: Seen) -> Iterator[Drift]:
    traced = {_from_least(one.services): one for one in seen.graph.trace_cycles}
    for way in dict.fromkeys([*map(_from_least, seen.graph.cycles), *traced]):
        if set(way) & seen.outside:
            continue
        pairs = list(pairwise(way))
        known = [declared.calls[pair][0] for pair in pairs if pair in declared.calls]
        lacking = [" → ".join(pair) for pair in pairs if pair not in declared.calls]
        told = f"not declared: {', '.join(lacking)}" if lacking else "the document declares every call of it"
        one = traced.get(way)
        yield drift(
            "cycle-in-trace" if one else "cycle-possible",
            way[:-1],
            declared=f"Nobody waits for a call that waits for their own ({told}).",
            at=place(declared.of, known[0].pointer if known else "/relationships"),
            seen=f"{' → '.join(way)}, {_how(one)}.",
            evidence=(f"lab graph --since {seen.since}", *([f"lab trace {one.example_trace_id}"] if one else [])),
            remedy="Break it: answer from what is known already, or hand one of the calls to the queue.",
        )


def _how(one: TraceCycle | None) -> str:
    if one is None:
        return "though in no single trace"
    return f"all the way round in {one.traces} trace{'s' * (one.traces != 1)}"


def _from_least(way: tuple[str, ...]) -> tuple[str, ...]:
    ring = way[:-1]
    start = ring.index(min(ring))
    return (*ring[start:], *ring[:start], ring[start])


def _notes(declared: Declared, seen: Seen) -> Iterator[str]:
    if declared.unseen:
        yield f"{declared.unseen} calls to databases are not judged: a database leaves no spans of its own."
    there = {(one.caller, one.callee) for one in seen.edges}
    if rare := [" → ".join(pair) for pair, ways in declared.calls.items() if _is_rare(ways) and pair not in there]:
        yield f"Not seen, and declared as rare: {', '.join(rare)}."
    if few := _quiet(declared, seen):
        why = f"fewer than {seen.enough} requests served long enough ago"
        yield f"What was not seen is not judged for {', '.join(few)}: {why}."


def _quiet(declared: Declared, seen: Seen) -> list[str]:
    """Return who has served too little to say something by not calling, or by taking no messages."""
    callers = [caller for caller, _ in declared.calls]
    at_queues = [name for users in declared.queues.values() for name, _ in users]
    return [name for name in dict.fromkeys((*callers, *at_queues)) if seen.served.get(name, 0) < seen.enough]
