"""What happens to callers when a node fails: with another replica, with a fallback, over a queue, or with nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from advisor.calm.model import Architecture, Flow, Relationship
from advisor.calm.pointer import below
from advisor.graph import nodes_of

State = Literal["fails", "goes on with less", "is late"]
WORST: tuple[State, ...] = ("fails", "goes on with less", "is late")


@dataclass(frozen=True)
class Effect:
    """What becomes of a node, and by which call; no call: it is what failed."""

    node: str
    state: State
    by: Relationship | None = None
    grounds: tuple[str, ...] = ()
    """Where the calls stand, and what is done instead, by which it reaches the node."""


def parts(of: Architecture, node: str) -> list[str]:
    """Return a node and everything that it is made of."""
    found, level = [node], [node]
    while level:
        held = (
            end.node
            for one in of.relationships
            if one.ends and one.ends[0].node in level and one.kind in ("composed-of", "deployed-in")
            for end in one.ends[1:]
        )
        level = [one for one in dict.fromkeys(held) if one not in found]
        found += level
    return found


def replicas(of: Architecture, node: str) -> list[str]:
    """Return the nodes that do the same work, itself included: those with its name in telemetry."""
    name = of.node[node].metadata.text("otel-service-name") if node in of.node else ""
    same = [one.id for one in of.nodes if name and one.metadata.text("otel-service-name") == name]
    return same or [node]


def fallback(one: Relationship) -> tuple[str, str]:
    """Return what the caller does instead, and where that stands; nothing: it has nothing instead."""
    for control in one.controls:
        for config, pointer in control.configs():
            told = config.get("fallback")
            if isinstance(told, str) and told:
                return told, below(pointer, "fallback")
    return "", ""


def effects(of: Architecture, flow: Flow, failed: Iterable[str]) -> dict[str, Effect]:
    """Return what becomes of the nodes of a flow when others fail."""
    found = {one: Effect(one, "fails") for one in failed if one in nodes_of(of, flow)}
    calls = [one for one in called_in(of, flow) if one.ends[0].node not in found]
    while True:
        changed = False
        for call in calls:
            state = _felt(of, call, calls, found)
            before = found.get(call.ends[0].node)
            if state and (before is None or WORST.index(state) < WORST.index(before.state)):
                found[call.ends[0].node] = Effect(call.ends[0].node, state, call, _grounds(call, state, found))
                changed = True
        if not changed:
            return found


def called_in(of: Architecture, flow: Flow) -> list[Relationship]:
    """Return the calls of a flow, each once."""
    steps = (of.relationship.get(step.relationship) for step in flow.transitions)
    calls = [one for one in steps if one is not None and one in of.connections]
    return list({one.id: one for one in calls}.values())


def _felt(of: Architecture, call: Relationship, calls: list[Relationship], found: dict[str, Effect]) -> State | None:
    callee = found.get(call.ends[1].node)
    if callee is None:
        return None
    if callee.state != "fails":
        return "goes on with less" if callee.state == "goes on with less" and not call.is_queued else None
    if call.is_queued:
        return "is late"
    others = {one.ends[1].node for one in calls if one.ends[0].node == call.ends[0].node}
    spare = [one for one in replicas(of, callee.node) if one in others and one not in _failing(found)]
    return "goes on with less" if spare or fallback(call)[0] else "fails"


def _grounds(call: Relationship, state: State, found: dict[str, Effect]) -> tuple[str, ...]:
    """Return on what it rests that a caller feels it: the call, its fallback if that is used, and all before."""
    before, instead = found[call.ends[1].node], fallback(call)[1]
    used = (instead,) if instead and state != "fails" and before.state == "fails" and not call.is_queued else ()
    return (below(call.pointer, "unique-id"), *used, *before.grounds)


def _failing(found: dict[str, Effect]) -> set[str]:
    return {one.node for one in found.values() if one.state == "fails"}


def entries(of: Architecture, flow: Flow) -> list[str]:
    """Return where customers enter a flow."""
    for step in flow.transitions:
        one = of.relationship.get(step.relationship)
        if one is not None and one.ends:
            return [end.node for end in one.ends[1:]] if one.kind == "interacts" else [one.ends[0].node]
    return []


def verdict(of: Architecture, flow: Flow, failed: Iterable[str]) -> Effect | None:
    """Return what becomes of a flow: of its entry, or else of the worst of what customers do not wait for."""
    felt = effects(of, flow, failed)
    at_entry = [felt[one] for one in entries(of, flow) if one in felt]
    if at_entry:
        return min(at_entry, key=lambda one: WORST.index(one.state))
    return next((Effect(one.node, "is late", one.by, one.grounds) for one in felt.values()), None)


def verdicts(of: Architecture, failed: Iterable[str]) -> Iterator[tuple[Flow, Effect]]:
    """Yield every flow that feels it."""
    wanted = list(failed)
    for flow in of.flows:
        if found := verdict(of, flow, wanted):
            yield flow, found
