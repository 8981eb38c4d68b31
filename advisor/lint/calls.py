"""Rules about who calls whom, and how long is waited."""

from collections.abc import Iterator, Mapping
from typing import Any

from advisor.calm.model import Flow, Relationship, tier
from advisor.calm.pointer import below
from advisor.durations import seconds, shown
from advisor.graph import awaited, dependencies
from advisor.lint.rule import Case, Rule, Said


def _dependencies(case: Case) -> Iterator[Said]:
    for node in case.architecture.nodes:
        if "dependencies" not in node.metadata:
            continue
        declared, called = node.metadata.texts("dependencies"), dependencies(case.architecture, node.id)
        at = node.metadata.at("dependencies")
        for number, name in enumerate(declared):
            if name not in called:
                mend = f"Add a relationship from {node.id} to {name}, or take it off the list."
                yield Said(
                    below(at, number), f"{node.id} says that it depends on {name}, which it does not call.", mend
                )
        for name in called:
            if name not in declared:
                yield Said(at, f"{node.id} calls {name} and does not say so.", f"Add {name!r} to the list.")


def _interfaces_named(case: Case) -> Iterator[Said]:
    for one in case.architecture.relationships:
        for end in one.ends if one.kind == "connects" else ():
            if not end.interfaces:
                yield Said(
                    end.pointer,
                    f"{one.id} does not say over which interface of {end.node}.",
                    'Add "interfaces": [ … ].',
                )


def _protocol(case: Case) -> Iterator[Said]:
    for one in case.architecture.relationships:
        if one.kind == "connects" and not one.protocol:
            yield Said(one.pointer, f"{one.id} has no protocol.", 'Add "protocol": "HTTP", or what it is.')


def _options(case: Case) -> Iterator[Said]:
    known = {"nodes": case.architecture.node, "relationships": case.architecture.relationship}
    for one in case.architecture.relationships:
        if one.kind != "options":
            continue
        at = below(one.pointer, "relationship-type", "options")
        decisions = case.architecture.source.at(at)
        for number, decision in enumerate(decisions if isinstance(decisions, list) else ()):
            for key, parts in known.items():
                named = decision.get(key) if isinstance(decision, dict) else ()
                for place, name in enumerate(named if isinstance(named, list) else ()):
                    if name not in parts:
                        where = below(at, number, key, place)
                        yield Said(where, f"{one.id} names {name!r}, which does not exist.", "Add it, or take it out.")


def _tiers(case: Case) -> Iterator[Said]:
    for one in case.architecture.connections:
        caller, callee = (case.architecture.node[end.node] for end in one.ends)
        if one.is_queued or caller.tier is None or callee.tier is None or callee.tier <= caller.tier:
            continue
        flows = [flow for flow in case.architecture.flows if _passes(flow, one)]
        waiting = [flow.id for flow in flows if _waits(case, flow, one, callee.tier)]
        if not flows or waiting:
            via = f" ({', '.join(waiting)})" if waiting else ""
            yield Said(
                one.pointer,
                f"{caller.id} is tier {caller.tier} and waits for {callee.id}, which is tier {callee.tier}{via}.",
                f"Call {callee.id} over a queue, or give it the tier of those who wait for it.",
            )


def _passes(flow: Flow, one: Relationship) -> bool:
    return any(step.relationship == one.id for step in flow.transitions)


def _waits(case: Case, flow: Flow, one: Relationship, callee_tier: int) -> bool:
    own = tier(flow.metadata.text("tier"))
    return one in awaited(case.architecture, flow) and (own is None or own < callee_tier)


def _patience(case: Case) -> Iterator[Said]:
    for flow in case.architecture.flows:
        promised_s = seconds(flow.metadata.text("sla"))
        waited = dict(_waits_of(case, flow))
        total_s = sum(waited.values())
        if promised_s is not None and total_s > promised_s:
            parts = ", ".join(f"{caller} for {callee} {shown(length)}" for (caller, callee), length in waited.items())
            yield Said(
                flow.metadata.at("sla"),
                f"{flow.id} promises {shown(promised_s)}, and its calls may be waited for {shown(total_s)}: {parts}.",
                "Shorten the timeouts, make fewer attempts, or promise less.",
            )


def _waits_of(case: Case, flow: Flow) -> Iterator[tuple[tuple[str, str], float]]:
    """Yield how long a flow's callers wait, replicas of one service once.

    A call whose config says `"fallback": false` fails the request when it times out: that is the availability's matter.
    """
    for one in awaited(case.architecture, flow):
        for config in _configs(one):
            if (timeout_s := _timeout_s(config)) and config.get("fallback") is not False:
                caller, callee = (_service(case, end.node) for end in one.ends)
                attempts = config.get("attempts")
                yield (caller, callee), timeout_s * (attempts if isinstance(attempts, int) else 1)


def _configs(one: Relationship) -> Iterator[Mapping[str, Any]]:
    yield one.metadata
    for control in one.controls:
        yield from (config for config, _ in control.configs())


def _timeout_s(config: Mapping[str, Any]) -> float | None:
    for key, size in (("timeout-s", 1), ("timeout-seconds", 1), ("timeout-ms", 0.001)):
        if isinstance(config.get(key), int | float):
            return float(config[key]) * size
    return None


def _service(case: Case, node: str) -> str:
    known = case.architecture.node.get(node)
    return (known.metadata.text("otel-service-name") if known else "") or node


RULES = (
    Rule("dependencies-are-calls", "warning", "ours", "Dependencies are the nodes that are called.", _dependencies),
    Rule("interfaces-named", "warning", "ours", "Calls name the interfaces of both ends.", _interfaces_named),
    Rule("protocol-named", "warning", "ours", "Calls name their protocol.", _protocol),
    Rule("option-exists", "warning", "ours", "Options name nodes and relationships that exist.", _options),
    Rule("tier-kept", "warning", "ours", "Nobody waits for what matters less.", _tiers),
    Rule("sla-kept", "warning", "ours", "An SLA is longer than the waits on its way.", _patience),
)
