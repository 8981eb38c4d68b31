"""Free text → what is answered. Deterministic: the same text has the same answer, and no text has an invented one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from advisor.answer import Answer, Section
from advisor.answers import blasts, cascades, databases, first, flows, incidents, services, troubles
from advisor.asking.conversation import conversation
from advisor.asking.matching import ranked
from advisor.asking.naming import named
from advisor.asking.questions import QUESTIONS, Question
from advisor.calm.errors import NotUnderstood
from advisor.calm.model import Architecture, Flow, Node
from advisor.graph import flows_through

SURE = 3
"""What the cues count of a question that is understood though it names nothing."""
SUSPECTS = "suspects"
"""The question that the document does not answer: it takes a running lab."""


@dataclass(frozen=True)
class Asked:
    """One question and what it is about: ids that it names itself, or else those of the situation."""

    of: Architecture
    text: str
    situation: str

    @property
    def said(self) -> str:
        """All that was written."""
        return f"{self.situation} {self.text}".strip()

    def nodes(self) -> list[Node]:
        """Return the nodes that are meant."""
        own = [self.of.node[one] for one in named(self.of, self.text).ids if one in self.of.node]
        return own or [self.of.node[one] for one in named(self.of, self.situation).ids if one in self.of.node]

    def flows(self) -> list[Flow]:
        """Return the flows that are meant: by name, or because they pass what was named."""
        for text in (self.text, self.situation):
            ids = named(self.of, text).ids
            if found := [one for one in self.of.flows if one.id in ids]:
                return found
            passing = [one for name in ids if name in self.of.node for one in flows_through(self.of, name)]
            if passing:
                return list({one.id: one for one in passing}.values())
        raise NotUnderstood("Of which flow?", hint=f"Name one of: {', '.join(one.id for one in self.of.flows)}.")

    def node(self, *, stores: bool = False) -> Node:
        """Return the one node that is meant, a service before others unless it is about databases."""
        wanted = sorted(self.nodes(), key=lambda one: (one.type == "database") is not stores)
        if not wanted:
            names = [one.id for one in self.of.nodes if one.is_service]
            raise NotUnderstood("Of which service?", hint=f"Name one of: {', '.join(names)}.")
        return wanted[0]

    def names(self) -> list[str]:
        """Return the ids of the nodes that are meant; two at least are needed."""
        found = [one.id for one in self.nodes()]
        if len(found) < 2:
            found = [one for one in named(self.of, self.said).ids if one in self.of.node]
        if not found:
            raise NotUnderstood("Between which services?", hint="Name those that show errors.")
        return found


def questions(text: str, situation: str = "") -> list[tuple[str, str]]:
    """Part a text into questions, each with the situation that it was asked in."""
    parted = conversation(text)
    seen = f"{situation} {parted.situation}".strip()
    return [(one, seen) for one in parted.questions]


def meant(text: str, *, names_something: bool = False) -> Question:
    """Return which question a text asks; one that names a part of ours needs less. Raises NotUnderstood."""
    found = ranked(text)
    if not found or (found[0][0] < SURE and not names_something):
        asked = "\n".join(f"     lab advise {one.asked!r}" for one in QUESTIONS)
        raise NotUnderstood(f"I do not understand: {text}", hint=f"These can be asked, in other words too:\n{asked}")
    return found[0][1]


def is_about_now(text: str) -> bool:
    """Whether a text asks what is wrong now."""
    found = ranked(text)
    return bool(found) and found[0][1].name == SUSPECTS


def answer(of: Architecture, text: str, situation: str = "") -> Answer:
    """Return the answer to one question. Raises NotUnderstood."""
    question = meant(text, names_something=bool(named(of, f"{text} {situation}").ids))
    if question.name == SUSPECTS:
        raise NotUnderstood("What is wrong now is known to a running lab only.", hint="Ask it: lab advise suspects")
    return ANSWERS[question.name](Asked(of, text, situation))


def _failure_points(asked: Asked) -> Answer:
    flow, wanted = asked.flows()[0], [one.id for one in asked.nodes()]
    sections = (
        first.failing(asked.of, flow, wanted),
        *first.likely_modes(asked.of, flow, asked.said, wanted),
    )
    return Answer("failure-points", (flow.id,), sections)


def _what_first(asked: Asked) -> Answer:
    return first.what_first(asked.of, asked.flows()[0], asked.said, [one.id for one in asked.nodes()])


def _health(asked: Asked) -> Answer:
    flow, wanted = asked.flows()[0], [one.id for one in asked.nodes()]
    return Answer("health", (flow.id,), (first.asked_first(asked.of, flow, wanted),))


def _contacts(asked: Asked) -> Answer:
    if nodes := asked.nodes():
        found = [services.contacts(asked.of, node) for node in nodes]
        return Answer(
            "contacts", tuple(node.id for node in nodes), tuple(one for told in found for one in told.sections)
        )
    own = named(asked.of, asked.said).ids
    if wanted := [one for one in asked.of.flows if one.id in own]:
        sections = tuple(flows.contacts_of(asked.of, one) for one in wanted)
        return Answer("contacts", tuple(one.id for one in wanted), sections)
    return services.contacts(asked.of, None)


def _sectioned(verb: str, node: Node, *sections: Section) -> Answer:
    return Answer(verb, (node.id,), sections)


def _databases(asked: Asked) -> Answer:
    node = databases.owner(asked.of, asked.node())
    return _sectioned("databases", node, databases.databases(asked.of, node))


def _replication(asked: Asked) -> Answer:
    node = databases.owner(asked.of, asked.node())
    return _sectioned("replication", node, *databases.replication(asked.of, node))


def _modes(asked: Asked) -> Answer:
    return troubles.failure_modes(asked.of, asked.node(), asked.said)


def _remedies(asked: Asked) -> Answer:
    return troubles.remediation(asked.of, asked.node(), asked.said)


def _dba(asked: Asked) -> Answer:
    node = asked.node(stores=True)
    return _sectioned("dba", node, databases.dba(asked.of, node))


def _incident(asked: Asked) -> Answer:
    return incidents.incident_summary(asked.of, asked.said, incidents.cause_first(asked.of, asked.said))


ANSWERS: Mapping[str, Callable[[Asked], Answer]] = {
    "flow": lambda asked: flows.flow(asked.of, asked.flows()[0]),
    "failure-points": _failure_points,
    "health": _health,
    "contacts": _contacts,
    "impact": lambda asked: flows.impact(asked.flows()),
    "databases": _databases,
    "replication": _replication,
    "failure-modes": _modes,
    "remediation": _remedies,
    "dba": _dba,
    "dependencies": lambda asked: cascades.part_of("dependencies", asked.of, asked.names()),
    "shared": lambda asked: cascades.part_of("shared", asked.of, asked.names()),
    "spof": lambda asked: cascades.spof(asked.of, [one.id for one in asked.nodes()]),
    "order": lambda asked: cascades.part_of("order", asked.of, asked.names()),
    "processes": lambda asked: flows.processes(asked.of, asked.names()),
    "incident-summary": _incident,
    "blast-radius": lambda asked: blasts.blast_radius(asked.of, asked.node()),
    "service": lambda asked: services.service(asked.of, asked.node()),
    "what-first": _what_first,
}
