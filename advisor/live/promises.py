"""Signs in what the document promises and is not kept: who is to go on without a neighbour, and does not.

What fails outside is seen at once, and cannot be mended here. That somebody was to stand it, and how, only the
document says.
"""

from collections.abc import Iterator, Mapping

from advisor.calm.model import Architecture, Relationship
from advisor.calm.pointer import below
from advisor.live.lab import Health
from advisor.live.measures import BREAKER, CALLED, FAILED_CALLS, FEWEST
from advisor.live.signs import Sign, levels, metric, selector, who
from observability.evidence.evidence import Evidence
from observability.evidence.model import Sample, Selector, Window

BACKENDS = "load_balancer_backend_up"
WEIGHT = 5
FAILING = 0.3
"""From which share of calls on a neighbour is as good as away."""
TAKEN = 0.1
"""A promised way out that is taken less often than this, per failed call, is not taken."""
MANY = 3
"""So many times the failures after which a breaker opens, and it has not."""
ENDS = ("service", "peer")

LATELY_S = 20.0
Ends = tuple[str, str]
"""Caller and callee."""


async def of_promises(of: Architecture, evidence: Evidence, window: Window) -> list[Sign]:
    """Return a sign for each caller whose neighbour fails and who does not do what is promised for that."""
    lately = Window(max(window.start_s, window.end_s - LATELY_S), window.end_s)
    calls, calls_lately = await _calls(evidence, window), await _calls(evidence, lately)
    breakers = {_ends(one): one.value for one in await levels(evidence, Selector(BREAKER), window, low=True)}
    found: dict[tuple[str, str, str], Sign] = {}
    for one, pointer, config in _limits(of):
        ends = who(of.node[one.ends[0].node]), who(of.node[one.ends[1].node])
        signs = [_not_open(ends, calls_lately.get(ends, 0.0), config, pointer, breakers.get(ends))]
        if failed := calls.get(ends):
            signs.append(await _not_taken(ends, failed, config, pointer, evidence, window))
        for sign in signs:
            if sign is not None:
                found.setdefault((*ends, sign.name), sign)
    return list(found.values())


def _limits(of: Architecture) -> Iterator[tuple[Relationship, str, Mapping[str, object]]]:
    for one in of.connections:
        for control in one.controls:
            for config, pointer in control.configs():
                yield one, pointer, config


async def _calls(evidence: Evidence, window: Window) -> dict[Ends, float]:
    """Return how many calls failed, of those on a neighbour that is as good as away."""
    made = {_ends(one): one.value for one in await evidence.increase(Selector(f"{CALLED}_count"), window, ENDS)}
    failed = {_ends(one): one.value for one in await evidence.increase(Selector(FAILED_CALLS), window, ENDS)}
    return {ends: number for ends, number in failed.items() if number >= max(FEWEST, FAILING * made.get(ends, 0.0))}


def _ends(sample: Sample) -> Ends:
    return sample.labels.get("service", ""), sample.labels.get("peer", "")


async def _not_taken(
    ends: Ends, failed: float, config: Mapping[str, object], pointer: str, evidence: Evidence, window: Window
) -> Sign | None:
    """Return a sign when the way out that is promised is not taken."""
    seen = config.get("fallback-seen")
    if not isinstance(seen, dict) or not isinstance(seen.get("labels"), dict):
        return None
    wanted = selector(str(seen.get("metric", "")), seen["labels"])
    taken = sum(one.value for one in await evidence.increase(wanted, window, ("service",)))
    if taken >= TAKEN * failed:
        return None
    text = f"{failed:.0f} calls of {ends[1]} failed, and {taken:.0f} times it went on as promised: {config['fallback']}"
    source = metric(wanted, window.length_s)
    where = below(pointer, "fallback")
    return Sign(ends[0], "promise not kept", text, source, WEIGHT, own=True, promise=where, stands=ends[1])


def _not_open(
    ends: Ends, failed: float, config: Mapping[str, object], pointer: str, highest: float | None
) -> Sign | None:
    """Return a sign when a breaker has had every reason to open, and is closed."""
    after = config.get("breaker-failures")
    if not isinstance(after, int) or failed < MANY * after or highest != 0:
        return None
    text = f"{failed:.0f} calls of {ends[1]} failed within {LATELY_S:.0f} s; its breaker is to open after {after}"
    source = metric(selector(BREAKER, dict(zip(ENDS, ends, strict=True))))
    where = below(pointer, "breaker-failures")
    return Sign(ends[0], "breaker stays closed", text, source, WEIGHT, own=True, promise=where, stands=ends[1])


async def of_rotation(
    of: Architecture, health: Mapping[str, list[Health]], evidence: Evidence, window: Window
) -> list[Sign]:
    """Return a sign for whoever keeps requests from a replica although all of them say that they are well."""
    found = []
    for one in await levels(evidence, Selector(BACKENDS), window, low=True):
        balancer, backend = one.labels.get("service", ""), one.labels.get("backend", "")
        behind = [call.ends[1].node for call in of.connections if who(of.node[call.ends[0].node]) == balancer]
        replicas = [replica for node in behind for replica in health.get(node, ())]
        if one.value < 1 and replicas and all(replica.well for replica in replicas):
            names = ", ".join(replica.instance for replica in replicas)
            text = f"it sends nothing to {backend}, and all of {names} say that they are well"
            source = metric(selector(BACKENDS, {"service": balancer, "backend": backend}))
            stands = who(of.node[behind[0]])
            found.append(Sign(balancer, "rotation", text, source, WEIGHT, own=True, stands=stands))
    return found
