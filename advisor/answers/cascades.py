"""Several nodes show errors: what joins them, what could explain all of it, where to begin."""

from advisor.answer import Answer, Line, Section, because, cited
from advisor.answers.flows import processes
from advisor.calm.model import Architecture, Flow, Node
from advisor.calm.pointer import below
from advisor.candidates import Candidate, candidates, joining, shared_by_deployment, stopped
from advisor.failing import Effect
from advisor.graph import reached_from


def cascade(of: Architecture, erring: list[str]) -> Answer:
    """Return all of it."""
    asked = (dependency_graph(of, erring), *shared(of, erring), single(of, erring), order(of, erring))
    return Answer("cascade", tuple(erring), (*asked, *processes(of, erring).sections))


def part_of(verb: str, of: Architecture, erring: list[str]) -> Answer:
    """Return one part of the answer: `dependencies`, `shared`, or `order` of investigation."""
    if verb == "dependencies":
        return Answer(verb, tuple(erring), (dependency_graph(of, erring),))
    return Answer(verb, tuple(erring), shared(of, erring) if verb == "shared" else (order(of, erring),))


def spof(of: Architecture, erring: list[str]) -> Answer:
    """Return the single points of failure of the platform, or those that explain the errors of several nodes."""
    if len(erring) < 2:
        return single_points(of)
    return Answer("spof", tuple(erring), (single(of, erring),))


def dependency_graph(of: Architecture, erring: list[str]) -> Section:
    """Return the calls that join the nodes, by way of others too."""
    lines = (
        cited(
            of,
            one.id,
            "{source} → {destination}: {why}",
            source=below(one.ends[0].pointer, "node"),
            destination=below(one.ends[1].pointer, "node"),
            why=below(one.pointer, "description"),
        )
        for one in joining(of, erring)
    )
    return Section("Who calls whom between them", tuple(lines), "they do not call one another")


def shared(of: Architecture, erring: list[str]) -> tuple[Section, ...]:
    """Return what all of them depend on, and what carries more than one of these."""
    found = tuple(_told(of, one) for one in candidates(of, erring) if len(one.explains) == len(erring))
    below_them = {*erring, *reached_from(of, erring)}
    grounds = shared_by_deployment(of, (node for node in of.nodes if node.id in below_them))
    common = tuple(_ground(of, where, name, held) for (where, name), held in grounds.items())
    return (
        Section("What all of them share", found, "nothing that the document knows"),
        Section("What runs on the same ground", common, "nothing that the document knows"),
    )


def _ground(of: Architecture, where: str, name: str, held: list[tuple[str, str]]) -> Line:
    nodes = ", ".join(node for node, _ in held)
    text = "{n0} carries " + nodes if where != "embedded" else "{n0} is shared by " + nodes
    return cited(of, f"{where}, {name}", text, **{f"n{number}": at for number, (_, at) in enumerate(held)})


def single(of: Architecture, erring: list[str]) -> Section:
    """Return what could explain all of it and has no replica."""
    found = [one for one in candidates(of, erring) if len(one.explains) == len(erring) and one.alone]
    return Section("Single points of failure that would explain it", tuple(_told(of, one) for one in found), "none")


def order(of: Architecture, erring: list[str]) -> Section:
    """Return in what order to look."""
    found = candidates(of, erring)
    lines = (_told(of, one, f"{number}. ") for number, one in enumerate(found, 1))
    return Section("In what order to look", tuple(lines))


def _told(of: Architecture, one: Candidate, number: str = "") -> Line:
    ids = {
        f"n{place}": below(of.node[name].pointer, "unique-id") for place, name in enumerate((*one.nodes, *one.explains))
    }
    how = "; ".join(f"{name} {state}" for name, state in one.explains.items())
    spare = "" if one.alone else "; one replica can carry on without the other"
    text = f"if it fails: {how}{spare}".replace("{", "{{").replace("}", "}}")
    return because(cited(of, f"{number}{', '.join(one.nodes)}", text, **ids), one.grounds)


def single_points(of: Architecture) -> Answer:
    """Return the nodes that have no replica and stop a flow, those that stop most first; and shared ground."""
    nodes = [node for node in of.nodes if node.type not in ("actor", "system")]
    stops = [(node, stopped(of, node.id)) for node in nodes]
    ranked = sorted((one for one in stops if one[1]), key=lambda one: -len(one[1]))
    lines = tuple(_stopping(of, *one) for one in ranked)
    grounds = shared_by_deployment(of, nodes).items()
    common = tuple(_ground(of, where, name, held) for (where, name), held in grounds)
    alone = Section("Without a replica, and without them a flow stops", lines, "none")
    return Answer("spof", (), (alone, Section("What runs on the same ground", common, "nothing that is written down")))


def _stopping(of: Architecture, node: Node, felt: list[tuple[Flow, Effect]]) -> Line:
    flows = {f"f{number}": below(flow.pointer, "unique-id") for number, (flow, _) in enumerate(felt)}
    text = "stops " + ", ".join(f"{{{key}}}" for key in flows)
    line = cited(of, node.id, text, node=below(node.pointer, "unique-id"), **flows)
    return because(line, (at for _, effect in felt for at in effect.grounds))
