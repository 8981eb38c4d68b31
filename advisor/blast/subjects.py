"""Who can be hit by a failure, and what the document predicts for each: services as they are seen, and flows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from advisor.calm.model import Architecture, Node, Relationship
from advisor.candidates import worst
from advisor.failing import Effect, State, parts, verdict
from advisor.live.signs import seen_as

BROKEN = "it was broken itself"
SILENT = "it leaves no telemetry of its own"


@dataclass(frozen=True)
class Subject:
    """A service, all of its replicas together, or a flow. `predicted`: nothing when it is not hit."""

    kind: Literal["node", "flow"]
    name: str
    """Of a service as it is seen in telemetry; of anything else its id."""
    nodes: tuple[str, ...]
    """Ids of the nodes that it is; of a flow none."""
    predicted: State | None
    grounds: tuple[str, ...]
    """Where in the document that rests."""
    apart: str = ""
    """Why it cannot be judged, whatever happens."""


@dataclass(frozen=True)
class Broken:
    """What was broken. `refusing`: it fails at once, and keeps nobody waiting."""

    parts: tuple[Node | Relationship, ...]
    refusing: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        """Of the nodes and calls."""
        return tuple(one.id for one in self.parts)

    def subjects(self, of: Architecture) -> list[Subject]:
        """Return everybody, nodes first, with what is predicted of them."""
        failed = list(dict.fromkeys(one for part in self.parts for one in parts(of, part.id)))
        flows = (_subject("flow", flow.id, (), verdict(of, flow, failed)) for flow in of.flows)
        return [*_nodes(of, failed, refusing=self.refusing), *flows]


def _nodes(of: Architecture, failed: Sequence[str], *, refusing: bool) -> Iterator[Subject]:
    felt = {name: effect for name, effect in worst(of, list(failed)).items() if effect.is_felt(refusing)}
    actors = {one.id: [one] for one in of.nodes if one.type == "actor"}
    for name, nodes in {**seen_as(of), **actors}.items():
        hit = [felt[one.id] for one in nodes if one.id in felt]
        yield _subject("node", name, nodes, _worst(hit), _apart(nodes, failed))


def _subject(
    kind: Literal["node", "flow"], name: str, nodes: Sequence[Node], felt: Effect | None, apart: str = ""
) -> Subject:
    ids, grounds = tuple(one.id for one in nodes), felt.grounds if felt else ()
    return Subject(kind, name, ids, felt.state if felt else None, grounds, apart)


def _worst(hit: Sequence[Effect]) -> Effect | None:
    return min(hit, key=lambda one: one.rank, default=None)


def _apart(nodes: Sequence[Node], failed: Sequence[str]) -> str:
    if any(one.id in failed for one in nodes):
        return BROKEN
    return "" if nodes[0].metadata.text("otel-service-name") else SILENT
