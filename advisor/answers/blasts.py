"""What else is hit when a node or a call fails: who makes it, which flows, what customers are told."""

from advisor.answer import Answer, Line, Section, because, cited
from advisor.answers.flows import meaning
from advisor.calm.model import Architecture, Flow, Node, Relationship
from advisor.calm.pointer import below
from advisor.candidates import worst
from advisor.failing import Effect, fallback, parts, verdicts

WAITS = "waits, and is answered with less"
FELT = {"fails": "stops", "goes on with less": "goes on with less", "is late": "is completed later"}


def blast_radius(of: Architecture, broken: Node | Relationship, *, refusing: bool = False) -> Answer:
    """Return what else is hit when a node or a call fails; `refusing`: at once, and does not keep others waiting."""
    failed = parts(of, broken.id)
    felt = [effect for name, effect in worst(of, failed).items() if name not in failed and effect.is_felt(refusing)]
    hit = tuple(_node(of, effect) for effect in felt)
    flows = list(verdicts(of, failed))
    sections = (
        Section(f"If {broken.id} fails", hit, "nobody else notices"),
        Section("Flows", tuple(_flow(of, *one) for one in flows), "none"),
        *(meaning(flow) for flow, _ in flows),
    )
    return Answer("blast-radius", (broken.id,), sections)


def _node(of: Architecture, effect: Effect) -> Line:
    told = {"node": below(of.node[effect.node].pointer, "unique-id")}
    return _because(of, effect, effect.node, WAITS if effect.passed_on else effect.state, told)


def _flow(of: Architecture, flow: Flow, effect: Effect) -> Line:
    return _because(of, effect, flow.id, FELT[effect.state], {"flow": below(flow.pointer, "unique-id")})


def _because(of: Architecture, effect: Effect, name: str, state: str, told: dict[str, str]) -> Line:
    if effect.by is None:
        return cited(of, name, state, **told)
    text = f"{state}: {{source}} calls {{callee}}"
    told |= {"source": below(effect.by.ends[0].pointer, "node"), "callee": below(effect.by.ends[1].pointer, "node")}
    instead = fallback(effect.by)[1]
    if instead in effect.grounds:
        text, told["instead"] = f"{text}; instead: {{instead}}", instead
    return because(cited(of, name, text, **told), effect.grounds)
