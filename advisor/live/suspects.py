"""Who is to blame, as far as can be seen: ranked, with what speaks for it and against it, and what to check next."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from advisor.answer import Answer, Line, Section, Source, cited, place
from advisor.answers.nodes import mode_line
from advisor.calm.model import Architecture, Node, Relationship
from advisor.calm.pointer import below
from advisor.live.looking import Seen
from advisor.live.signs import Sign, seen_as, strong, who

SHOWN = 5


@dataclass(frozen=True)
class Suspect:
    """Somebody who may be the reason. `behind`: calls to others who show signs, which explain what is only felt.

    `stopped`: one of these is not called any more, which explains what waits or was given up as well.
    """

    who: str
    signs: tuple[Sign, ...]
    behind: tuple[Relationship, ...]
    stopped: bool

    @property
    def weight(self) -> int:
        """How much speaks for it: what is only felt does not, when somebody behind it shows signs."""
        return sum(one.weight for one in self.signs if not self.behind or self._is_reason(one))

    def _is_reason(self, sign: Sign) -> bool:
        return sign.own and not (sign.backlog and self.stopped)


def ranked(of: Architecture, seen: Seen) -> list[Suspect]:
    """Return the suspects, the likeliest first."""
    groups: dict[str, list[Sign]] = {}
    for sign in seen.signs:
        groups.setdefault(sign.who, []).append(sign)
    grave = strong(seen.signs)
    known, stopped = seen_as(of), {sign.caller for name in grave for sign in groups[name]}
    found = [
        Suspect(name, tuple(groups[name]), tuple(_behind(of, known[name], grave)), name in stopped)
        for name in groups
        if name in grave
    ]
    weights = {one.who: one.weight for one in found}
    return sorted(found, key=lambda one: (-_lifted(one, weights), -len(one.signs), one.who))


def _lifted(one: Suspect, weights: Mapping[str, int]) -> int:
    """Return how much speaks for it: more than for those whose failure it was to stand, and does not."""
    return max([one.weight, *(weights.get(sign.stands, 0) + 1 for sign in one.signs if sign.stands)])


def _behind(of: Architecture, nodes: list[Node], grave: Collection[str]) -> Iterator[Relationship]:
    ids = {node.id for node in nodes}
    for call in of.connections:
        callee = who(of.node[call.ends[1].node])
        if call.ends[0].node in ids and callee in grave and callee != who(nodes[0]):
            yield call


def suspects(of: Architecture, seen: Seen) -> Answer:
    """Return the suspects as an answer, or that nothing is wrong."""
    found, dark = ranked(of, seen)[:SHOWN], _not_looked_at(seen)
    if not found and (unclaimed := tuple(_unclaimed(seen))):
        return Answer("suspects", (), (Section("Something is wrong, and nobody is suspected", unclaimed), *dark))
    if not found:
        return Answer("suspects", (), (Section("Nothing is wrong", tuple(_well(seen))), *dark))
    sections = (section for number, one in enumerate(found, 1) for section in _told(of, one, number, seen))
    return Answer("suspects", tuple(one.who for one in found), (*sections, *dark))


def _unclaimed(seen: Seen) -> Iterator[Line]:
    """Yield what is wrong with nobody in particular: alerts about flows, books that differ."""
    yield from (Line(one.subject, f"{one.name}: {one.summary}", (Source("alert", one.name),)) for one in seen.alerts)
    says = {one.invariant: one.says for one in seen.harm.damages}
    yield from (Line("books", text, (Source("impact", invariant),)) for invariant, text in says.items())


def _not_looked_at(seen: Seen) -> tuple[Section, ...]:
    books = (Line("books", one, (Source("impact", "what has to hold"),), known=False) for one in seen.harm.unseen)
    records = (Line("records", one, (Source("trace", "traces and logs"),), known=False) for one in seen.dark)
    settings = (Line("settings", seen.unasked, (Source("setting", "lab ops settings"),), known=False),)
    lines = (*books, *records, *(settings if seen.unasked else ()))
    return (Section("Not looked at", lines),) if lines else ()


def _well(seen: Seen) -> Iterator[Line]:
    for replicas in seen.health.values():
        yield from (Line(one.instance, "is well", (Source("health", one.url),)) for one in replicas)
    books = () if seen.harm.unseen else (("books", Source("impact", "what has to hold")),)
    records = (
        ("traces", Source("trace", f"failing and slow ones of the last {seen.looked_s:.0f} s")),
        ("logs", Source("log", f"errors of the last {seen.looked_s:.0f} s")),
    )
    looked = (
        ("alerts", Source("alert", "none fires")),
        ("metrics", Source("metric", f"errors, latency, failed calls, breakers of the last {seen.looked_s:.0f} s")),
        ("known symptoms", Source("document", "/nodes")),
        *(records if not seen.dark else ()),
        *((("settings", Source("setting", "lab drift")),) if not seen.unasked else ()),
        *books,
    )
    yield from (Line(name, "nothing unusual", (source,)) for name, source in looked)


def _told(of: Architecture, one: Suspect, number: int, seen: Seen) -> Iterator[Section]:
    nodes = seen_as(of)[one.who]
    yield Section(f"{number}. {one.who}: what speaks for it", tuple(sign.line for sign in one.signs))
    yield Section("What speaks against it", tuple(_against(of, one, nodes, seen)), "nothing")
    yield Section("What to check next", tuple(_next(of, one, nodes[0])))


def _against(of: Architecture, one: Suspect, nodes: list[Node], seen: Seen) -> Iterator[Line]:
    for call in one.behind:
        yield cited(
            of,
            "it may only feel it",
            "{callee}, which it calls, shows signs itself: {why}",
            callee=below(call.ends[1].pointer, "node"),
            why=below(call.pointer, "description"),
        )
    for node in nodes:
        for replica in seen.health.get(node.id, ()):
            if replica.well:
                yield Line("health", f"{replica.instance} says that it is well", (Source("health", replica.url),))


def _next(of: Architecture, one: Suspect, node: Node) -> Iterator[Line]:
    for pointer in dict.fromkeys(sign.mode for sign in one.signs if sign.mode):
        yield from (mode_line(of, pointer, key) for key in ("check", "remediation", "lever"))
    for sign in one.signs:
        if sign.source.kind == "trace":
            yield Line("trace", f"lab trace {sign.source.ref[:8]}", (sign.source,))
    if node.is_service:
        yield cited(of, "logs", "{command} --level warning --since 5m", command=place(node.metadata, "log-command"))
    yield cited(
        of,
        "call",
        "{owner}, {on_call}",
        owner=place(node.metadata, "owner"),
        on_call=place(node.metadata, "oncall-slack"),
    )


def added(of: Architecture, answer: Answer, seen: Seen, ids: list[str]) -> Answer:
    """Return an answer with what is seen now of the nodes that it is about."""
    names = {who(of.node[one]) for one in ids if one in of.node}
    asked = [replica for one in ids for replica in seen.health.get(one, ())]
    health = tuple(
        Line(
            one.instance, "is well" if one.well else f"answers {one.status or 'nothing'}", (Source("health", one.url),)
        )
        for one in asked
    )
    signs = tuple(Line(f"{one.who}, {one.name}", one.text, one.line.sources) for one in seen.signs if one.who in names)
    first = tuple(
        Line(f"{number}. {one.who}", f"weighs {one.weight}, with {len(one.signs)} signs", one.signs[0].line.sources)
        for number, one in enumerate(ranked(of, seen)[:SHOWN], 1)
    )
    now = (
        Section("Now: health", health, "none of them has a health endpoint here"),
        Section("Now: signs", signs, "nothing unusual"),
        Section("Now: suspects (lab advise suspects)", first, "nothing is wrong"),
    )
    told = tuple(Line(f"{_clock(one.at_s)} {one.name}", one.text, (one.source,)) for one in seen.events)
    past = (Section("What happened, and what was done", told, "nothing"),) if answer.verb == "incident-summary" else ()
    return Answer(answer.verb, answer.about, (*now, *_not_looked_at(seen), *past, *answer.sections))


def _clock(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%H:%M:%SZ")
