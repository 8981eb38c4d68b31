"""What one failure could explain that several nodes show errors, and in what order to look."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from advisor.calm.model import Architecture, Flow, Node, Relationship
from advisor.calm.pointer import below
from advisor.failing import Effect, State, called_in, effects, entries, parts, replicas, verdicts
from advisor.graph import reached_from, ways

How = State | Literal["is reached only through it"]


@dataclass(frozen=True)
class Candidate:
    """A node, or all replicas of one. `explains`: which of the nodes that show errors, and how."""

    nodes: tuple[str, ...]
    explains: dict[str, How]
    grounds: tuple[str, ...]
    """On which calls, and fallbacks, that rests."""
    away: int
    """Calls between the customer and it."""

    @property
    def alone(self) -> bool:
        """Whether there is only one of it."""
        return len(self.nodes) == 1


def candidates(of: Architecture, erring: list[str]) -> list[Candidate]:
    """Return what could explain the errors, in the order in which to look.

    What explains most comes first, then what has no replica, then what is nearer to the customer.
    """
    found: dict[tuple[str, ...], Candidate] = {}
    away = distances(of)
    for node in of.nodes:
        group = tuple(replicas(of, node.id))
        if group not in found and node.type not in ("actor", "system"):
            felt = worst(of, [part for one in group for part in parts(of, one)])
            explains = _explained(of, group, erring, felt)
            grounds = tuple(at for one in explains if one in felt for at in felt[one].grounds)
            found[group] = Candidate(group, explains, grounds, min(away.get(one, len(of.nodes)) for one in group))
    wanted = [one for one in found.values() if one.explains and (len(one.explains) > 1 or set(one.nodes) & set(erring))]
    return sorted(wanted, key=lambda one: (-len(one.explains), not one.alone, one.away, one.nodes))


def _explained(of: Architecture, group: tuple[str, ...], erring: list[str], felt: dict[str, Effect]) -> dict[str, How]:
    found: dict[str, How] = {}
    for name in erring:
        if name in group:
            found[name] = "fails"
        elif name in felt:
            found[name] = felt[name].state
        elif _only_through(of, group, name):
            found[name] = "is reached only through it"
    return found


def worst(of: Architecture, failed: list[str]) -> dict[str, Effect]:
    """Return the worst that becomes of each node, over all flows."""
    found: dict[str, Effect] = {}
    for flow in of.flows:
        for name, effect in effects(of, flow, failed).items():
            if name not in found or effect.rank < found[name].rank:
                found[name] = effect
    return found


def _only_through(of: Architecture, group: tuple[str, ...], name: str) -> bool:
    """Whether every flow that reaches a node does so by way of the group."""
    passing = [flow for flow in of.flows if name in reached(of, flow, without=())]
    return bool(passing) and not any(name in reached(of, flow, without=group) for flow in passing)


def reached(of: Architecture, flow: Flow, without: tuple[str, ...]) -> set[str]:
    """Return what a flow reaches from its entries on when some nodes are away."""
    steps = [way for step in flow.transitions for way in ways(of, step)]
    found = {one for one in entries(of, flow) if one not in without}
    for _ in range(len(of.nodes)):
        found |= {there for here, there in steps if here in found and there not in without}
    return found


def distances(of: Architecture) -> dict[str, int]:
    """Return how many calls lie between a customer and each node."""
    level = [end.node for one in of.relationships if one.kind == "interacts" for end in one.ends[1:]]
    calls = [one for flow in of.flows for one in called_in(of, flow)] + list(of.connections)
    found, away = dict.fromkeys(level, 0), 0
    while level:
        away += 1
        level = [one.ends[1].node for one in calls if one.ends[0].node in level and one.ends[1].node not in found]
        found |= dict.fromkeys(level, away)
    return found


def joining(of: Architecture, erring: list[str]) -> list[Relationship]:
    """Return the calls between nodes, those by way of others included."""
    ahead = {one: {one, *reached_from(of, [one])} for one in of.node}
    between = {one for one in of.node if any(one in ahead[name] for name in erring) and set(erring) & ahead[one]}
    return [one for one in of.connections if {end.node for end in one.ends} <= between and not one.is_queued]


def shared_by_deployment(of: Architecture, nodes: Iterable[Node]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return what several nodes run on: (place, name) → node and pointer of each."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for node in nodes:
        told = node.metadata.get("deployment")
        for where, names in told.items() if isinstance(told, dict) else ():
            for number, name in enumerate(names if isinstance(names, list) else ()):
                pointer = below(node.metadata.at("deployment"), where, number)
                found.setdefault((where, str(name)), []).append((node.id, pointer))
    groups = {key: held for key, held in found.items() if len(held) > 1}
    return {
        key: held for key, held in groups.items() if not set(replicas(of, held[0][0])) >= {name for name, _ in held}
    }


def stopped(of: Architecture, node: str) -> list[tuple[Flow, Effect]]:
    """Return the flows that stop when a node fails, and what becomes of their entry."""
    return [(flow, effect) for flow, effect in verdicts(of, parts(of, node)) if effect.state == "fails"]
