"""What else is hit when a node fails: who calls it, which flows, what customers are told."""

from advisor.answer import Answer, Line, Section, because, cited
from advisor.answers.flows import meaning
from advisor.calm.model import Architecture, Flow, Node
from advisor.calm.pointer import below
from advisor.candidates import worst
from advisor.failing import Effect, fallback, parts, verdicts

FELT = {"fails": "stops", "goes on with less": "goes on with less", "is late": "is completed later"}


def blast_radius(of: Architecture, node: Node) -> Answer:
    """Return what else is hit when a node fails."""
    failed = parts(of, node.id)
    felt = [effect for name, effect in worst(of, failed).items() if name not in failed]
    hit = tuple(_node(of, effect) for effect in felt)
    flows = list(verdicts(of, failed))
    sections = (
        Section(f"If {node.id} fails", hit, "nobody else notices"),
        Section("Flows", tuple(_flow(of, *one) for one in flows), "none"),
        *(meaning(flow) for flow, _ in flows),
    )
    return Answer("blast-radius", (node.id,), sections)


def _node(of: Architecture, effect: Effect) -> Line:
    told = {"node": below(of.node[effect.node].pointer, "unique-id")}
    return _because(of, effect, effect.node, effect.state, told)


def _flow(of: Architecture, flow: Flow, effect: Effect) -> Line:
    return _because(of, effect, flow.id, FELT[effect.state], {"flow": below(flow.pointer, "unique-id")})


def _because(of: Architecture, effect: Effect, name: str, state: str, told: dict[str, str]) -> Line:
    if effect.by is None:
        return cited(of, name, state, **told)
    text = f"{state}: {{source}} calls {{callee}}"
    told |= {"source": below(effect.by.ends[0].pointer, "node"), "callee": below(effect.by.ends[1].pointer, "node")}
    if instead := fallback(effect.by)[1]:
        text, told["instead"] = f"{text}; instead: {{instead}}", instead
    return because(cited(of, name, text, **told), effect.grounds)
