"""Signs: what is seen of somebody, how much it weighs, and whether somebody behind them may be the reason."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from advisor.answer import Line, Source
from advisor.calm.model import Architecture, Node, Relationship
from observability.evidence.evidence import Evidence
from observability.evidence.model import Matcher, Sample, Selector, Window

WINDOW_S = 60.0
"""How far back is looked."""
SETTLING_S = 20.0
"""What a lab needs from its first process on: what is cold is slow, and who is not there yet is refused."""
SHORTEST_S = 10.0
"""How far back is looked at the least."""
HOLDS_S, STEP_S = 15.0, 5.0
"""How long a level has to be seen, and how often it is looked at: one moment at a bound is part of every day."""
ASIDE = 1
"""What a failure weighs in a call that no flow makes: nobody waits for what it brings."""
ENOUGH = 2
"""What the signs of a suspect weigh at the least."""
Ends = tuple[str, str]
"""Caller and callee, by the names under which they are seen."""
TIMED, SLOWEST, HANDFUL = 20, 0.01, 5
"""Requests of which the slowest are told; which share these are; and how many at the least."""


@dataclass(frozen=True)
class Sign:
    """One thing that is seen. `who`: name of a service in telemetry, or id of another node.

    `own`: it is the reason itself that is seen; otherwise whoever it calls may be the reason.
    """

    who: str
    name: str
    text: str
    source: Source
    weight: int
    own: bool = False
    mode: str = ""
    """Where the failure mode stands that it is a symptom of."""
    promise: str = ""
    """Where that stands which is not kept."""
    stands: str = ""
    """Whom it was to go on without."""
    backlog: bool = False
    """Work is seen that waits or was given up, as it is when a neighbour is not called any more."""
    caller: str = ""
    """Who has stopped calling."""

    @property
    def line(self) -> Line:
        """Return it as a line of an answer."""
        places = [place for place in (self.mode, self.promise) if place]
        sources = (self.source, *(Source("document", place) for place in places))
        return Line(self.name, self.text, sources)


def strong(signs: Iterable[Sign]) -> frozenset[str]:
    """Return of whom enough is seen."""
    weights: Counter[str] = Counter()
    for one in signs:
        weights[one.who] += one.weight
    return frozenset(name for name, weight in weights.items() if weight >= ENOUGH)


def who(node: Node) -> str:
    """Return the name under which a node is seen."""
    return node.metadata.text("otel-service-name") or node.id


def seen_as(of: Architecture) -> dict[str, list[Node]]:
    """Return the nodes by the names under which they are seen; replicas share one."""
    found: dict[str, list[Node]] = {}
    for node in of.nodes:
        if node.type != "actor":
            found.setdefault(who(node), []).append(node)
    return found


def ends_in(of: Architecture, call: Relationship) -> Ends:
    """Return who calls and who is called, as the document has it."""
    return who(of.node[call.ends[0].node]), who(of.node[call.ends[1].node])


def aside(of: Architecture) -> frozenset[Ends]:
    """Return the calls that are in the document and in none of its flows; none where it has no flows."""
    ends = {one.id: ends_in(of, one) for one in of.connections}
    taken = {ends[step.relationship] for flow in of.flows for step in flow.transitions if step.relationship in ends}
    return frozenset(ends.values()) - taken if of.flows else frozenset()


def selector(metric: str, labels: Mapping[str, str], **further: str) -> Selector:
    """Return which series are meant: those with these labels, and others whose value fits a regular expression."""
    exact = (Matcher(name, "=", value) for name, value in labels.items())
    return Selector(metric, (*exact, *(Matcher(name, "=~", value) for name, value in further.items())))


def query(wanted: Selector, over_s: float | None = None) -> str:
    """Return a selector as PromQL has it."""
    inside = ",".join(f'{one.label}{one.operator}"{one.value}"' for one in wanted.matchers)
    text = wanted.metric + (f"{{{inside}}}" if inside else "")
    return f"{text}[{over_s:g}s]" if over_s is not None else text


def metric(wanted: Selector, over_s: float | None = None) -> Source:
    """Return a query as the source of something."""
    return Source("metric", query(wanted, over_s))


async def recent(evidence: Evidence, now_s: float) -> Window:
    """Return how far back is looked: not into the time in which the lab was starting."""
    started = [one.value for one in await evidence.instant(Selector("process_start_time_seconds"), now_s)]
    settled_s = min(started) + SETTLING_S if started else 0.0
    return Window(max(now_s - WINDOW_S, min(settled_s, now_s - SHORTEST_S)), now_s)


async def levels(evidence: Evidence, wanted: Selector, within: Window, *, low: bool = False) -> list[Sample]:
    """Return what series have kept to lately: their lowest value, or with `low` their highest."""
    window = Window(max(within.end_s - HOLDS_S, within.start_s), within.end_s)
    kept = max if low else min
    return [
        Sample(one.labels, kept(point.value for point in one.points), window.end_s)
        for one in await evidence.range(wanted, window, STEP_S)
        if one.points
    ]


async def tail(evidence: Evidence, histogram: str, labels: Mapping[str, str], window: Window) -> list[Sample]:
    """Return per service what the slowest took and more: one in a hundred, and not fewer than a handful."""
    found: list[Sample] = []
    for one in await evidence.increase(selector(f"{histogram}_count", labels), window, ("service",)):
        if one.value >= TIMED:
            wanted = selector(histogram, {**labels, "service": one.labels.get("service", "")})
            share = max(SLOWEST, HANDFUL / one.value)
            found += await evidence.quantile(wanted, 1 - share, window, ("service",))
    return found
