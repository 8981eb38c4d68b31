"""Ways round: in a graph of services, and within one trace."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from observability.evidence.store.spans import CONSUMER, SERVER

MOST = 100
"""Ways round that are told of; a graph that has more is past being read."""

Edge = tuple[str, str]
Way = tuple[str, ...]


class Step(NamedTuple):
    """What is needed of a span."""

    span: int
    parent: int
    service: str
    kind: int
    start: int


def ways_round(edges: Iterable[Edge]) -> list[Way]:
    """Return every way from a service back to itself that meets no other twice, the first by name at both ends."""
    onward: dict[str, list[str]] = {}
    for caller, callee in sorted(set(edges)):
        onward.setdefault(caller, []).append(callee)
    found: list[Way] = []
    for start in sorted(onward):
        for way in _from(start, onward):
            found.append(way)
            if len(found) == MOST:
                return found
    return found


def _from(start: str, onward: Mapping[str, Sequence[str]]) -> Iterator[Way]:
    """Yield the ways round through `start` that meet nobody who comes before it by name."""
    home = _leading_to(start, onward)
    path, choices = [start], [iter(onward[start])]
    while choices:
        following = next(choices[-1], None)
        if following is None:
            choices.pop()
            path.pop()
        elif following == start:
            yield (*path, start)
        elif following > start and following in home and following not in path:
            path.append(following)
            choices.append(iter(onward[following]))


def _leading_to(goal: str, onward: Mapping[str, Sequence[str]]) -> set[str]:
    """Return who reaches `goal`; without it the search would look down every dead end."""
    reaching, grown = {goal}, True
    while grown:
        more = {one for one, others in onward.items() if one not in reaching and reaching.intersection(others)}
        reaching |= more
        grown = bool(more)
    return reaching


def on_a_way_round(edges: Iterable[Edge]) -> set[Edge]:
    """Return the edges that lie on some way round."""
    known = set(edges)
    onward: dict[str, list[str]] = {}
    for caller, callee in known:
        onward.setdefault(caller, []).append(callee)
    return {(caller, callee) for caller, callee in known if callee in _leading_to(caller, onward)}


def within(trace: Iterable[Step]) -> list[Way]:
    """Return the ways on which services of one trace were called by way of themselves; a queue ends a way."""
    steps = {step.span: step for step in trace}
    found: dict[frozenset[str], Way] = {}
    for step in sorted(steps.values(), key=lambda step: step.start):
        if step.kind == SERVER and (way := _back_to_itself(step, steps)):
            found.setdefault(frozenset(way), way)
    return list(found.values())


def _back_to_itself(step: Step, steps: Mapping[int, Step]) -> Way | None:
    way, seen = [step.service], {step.span}
    above = steps.get(step.parent)
    while above is not None and above.span not in seen:
        seen.add(above.span)
        if above.service != way[-1]:
            way.append(above.service)
            if above.service == step.service:
                return tuple(reversed(way))
        if above.kind == CONSUMER:
            return None
        above = steps.get(above.parent)
    return None
