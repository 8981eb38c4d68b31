"""What happens to callers when a node or a call fails: with another replica, a fallback, over a queue, with nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from advisor.calm.model import Architecture, Flow, Relationship
from advisor.calm.pointer import below
from advisor.graph import nodes_of
from observability.evidence.model import Matcher, Selector

State = Literal["fails", "goes on with less", "is late"]
WORST: tuple[State, ...] = ("fails", "goes on with less", "is late")


@dataclass(frozen=True)
class Effect:
    """What becomes of a node, and by which call; no call: it is itself what failed."""

    node: str
    state: State
    by: Relationship | None = None
    grounds: tuple[str, ...] = ()
    """Where the calls stand, and what is done instead, by which it reaches the node."""
    passed_on: bool = False
    """Whether it does its own work as always, and only what it is answered has less in it, or comes later."""

    @property
    def rank(self) -> int:
        """Smaller for what is worse; what is only passed on comes last."""
        return len(WORST) if self.passed_on else WORST.index(self.state)

    def is_felt(self, refusing: bool) -> bool:  # noqa: FBT001 -- as a condition it reads so
        """Whether the node itself notices. When what failed refuses at once, nobody waits for who does without it."""
        return not (refusing and self.passed_on)


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


def seen_by(call: Relationship) -> Selector | None:
    """Return the counter of a fallback; nothing when it has none, or it does not say."""
    for control in call.controls:
        for config, _ in control.configs():
            told = config.get("fallback-seen")
            if isinstance(told, Mapping) and isinstance(told.get("metric"), str):
                labels = told.get("labels")
                wanted = labels.items() if isinstance(labels, Mapping) else ()
                return Selector(told["metric"], tuple(Matcher(str(name), "=", str(value)) for name, value in wanted))
    return None


def effects(of: Architecture, flow: Flow, failed: Iterable[str]) -> dict[str, Effect]:
    """Return what becomes of the nodes of a flow when others fail, or calls between them: ids of both."""
    return _Spreading(of, flow, list(failed)).effects()


def called_in(of: Architecture, flow: Flow) -> list[Relationship]:
    """Return the calls of a flow, each once."""
    steps = (of.relationship.get(step.relationship) for step in flow.transitions)
    calls = [one for one in steps if one is not None and one in of.connections]
    return list({one.id: one for one in calls}.values())


class _Spreading:
    """How a failure goes from callee to caller, along the calls of one flow."""

    def __init__(self, of: Architecture, flow: Flow, failed: list[str]) -> None:
        self._of = of
        passed = nodes_of(of, flow)
        self._found = {one: Effect(one, "fails") for one in failed if one in passed}
        self._calls = [one for one in called_in(of, flow) if one.ends[0].node not in self._found]
        self._cut = {one.id for one in self._calls} & set(failed)
        steps = [step.relationship for step in flow.transitions]
        self._first = {name: steps.index(name) for name in steps}
        self._last = {name: number for number, name in enumerate(steps)}
        self._lessened: dict[str, int] = {}
        """Node → when the last call is made by which it goes on with less."""

    def effects(self) -> dict[str, Effect]:
        """Go along until nobody else feels it."""
        while [call for call in self._calls if self._went_on(call)]:
            pass
        return self._found

    def _went_on(self, call: Relationship) -> bool:
        """Whether a caller feels more of it than was known."""
        callee = None if call.id in self._cut else self._found.get(call.ends[1].node)
        state = self._felt(call, callee)
        if state is None:
            return False
        caller, passed_on = call.ends[0].node, callee is not None and callee.state != "fails"
        effect = Effect(caller, state, call, _grounds(call, state, callee), passed_on)
        before, later = self._found.get(caller), self._lessened.get(caller, -1)
        if state == "goes on with less":
            self._lessened[caller] = max(later, self._last[call.id])
        if before is None or effect.rank < before.rank:
            self._found[caller] = effect
            return True
        return self._lessened.get(caller, -1) > later

    def _felt(self, call: Relationship, callee: Effect | None) -> State | None:
        if call.id not in self._cut and (callee is None or callee.state != "fails"):
            less = callee is not None and callee.state == "goes on with less" and not call.is_queued
            # What somebody does without later, or did without before, is no part of this answer.
            inside = self._first[call.id] < self._lessened.get(call.ends[1].node, -1)
            return "goes on with less" if less and inside else None
        if call.is_queued:
            return "is late"
        return "goes on with less" if self._spare(call) or fallback(call)[0] else "fails"

    def _spare(self, call: Relationship) -> bool:
        """Whether the caller reaches another replica."""
        reached = [one.ends[1].node for one in self._calls if one.ends[0].node == call.ends[0].node]
        cut = {one.ends[1].node for one in self._calls if one.id in self._cut}
        failing = {one.node for one in self._found.values() if one.state == "fails"}
        return any(one in reached and one not in failing | cut for one in replicas(self._of, call.ends[1].node))


def _grounds(call: Relationship, state: State, callee: Effect | None) -> tuple[str, ...]:
    """Return on what it rests that a caller feels it: the call, its fallback if that is used, and all before.

    `callee`: what became of who is called; none: it is the call itself that failed.
    """
    instead = fallback(call)[1]
    gone = callee is None or callee.state == "fails"
    used = (instead,) if instead and state != "fails" and gone and not call.is_queued else ()
    return (below(call.pointer, "unique-id"), *used, *(callee.grounds if callee else ()))


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
