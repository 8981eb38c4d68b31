"""Signs in what the document promises and is not kept: who is to go on without a neighbour, and does not.

What fails outside is seen at once, and cannot be mended here. That somebody was to stand it, and how, only the
document says.
"""

from collections.abc import Mapping

from advisor.calm.model import Architecture, Relationship
from advisor.calm.pointer import below
from advisor.failing import fallback, seen_by
from advisor.live.lab import Health
from advisor.live.measures import BREAKER, CALLED, ENDS, FAILED_CALLS, FEWEST, between, ends_of
from advisor.live.signs import Ends, Sign, ends_in, levels, metric, selector, who
from observability.evidence.evidence import Evidence
from observability.evidence.model import Selector, Window

BACKENDS = "load_balancer_backend_up"
WEIGHT = 5
FAILING = 0.3
"""From which share of calls on a neighbour is as good as away."""
TAKEN = 0.1
"""A promised way out that is taken less often than this, per failed call, is not taken."""
MANY = 3
"""So many times the failures after which a breaker opens, and it has not."""
LATELY_S = 20.0


async def of_promises(of: Architecture, evidence: Evidence, window: Window) -> list[Sign]:
    """Return a sign for each caller whose neighbour fails and who does not do what is promised for that."""
    lately = Window(max(window.start_s, window.end_s - LATELY_S), window.end_s)
    calls, calls_lately = await _calls(evidence, window), await _calls(evidence, lately)
    breakers = {ends_of(one): one.value for one in await levels(evidence, Selector(BREAKER), window, low=True)}
    found: dict[tuple[str, str, str], Sign] = {}
    for one in of.connections:
        ends = ends_in(of, one)
        signs = [_not_open(one, ends, calls_lately.get(ends, 0.0), breakers.get(ends))]
        if failed := calls.get(ends):
            signs.append(await _not_taken(one, ends, failed, evidence, window))
        for sign in signs:
            if sign is not None:
                found.setdefault((*ends, sign.name), sign)
    return list(found.values())


async def _calls(evidence: Evidence, window: Window) -> dict[Ends, float]:
    """Return how many calls failed, of those on a neighbour that is as good as away."""
    made, failed = await between(evidence, f"{CALLED}_count", window), await between(evidence, FAILED_CALLS, window)
    return {ends: number for ends, number in failed.items() if number >= max(FEWEST, FAILING * made.get(ends, 0.0))}


async def _not_taken(call: Relationship, ends: Ends, failed: float, evidence: Evidence, window: Window) -> Sign | None:
    """Return a sign when the way out that is promised is not taken."""
    if (counter := seen_by(call)) is None:
        return None
    taken = sum(one.value for one in await evidence.increase(counter, window, ()))
    if taken >= TAKEN * failed:
        return None
    instead, where = fallback(call)
    text = f"{failed:.0f} calls of {ends[1]} failed, and {taken:.0f} times it went on as promised: {instead}"
    source = metric(counter, window.length_s)
    return Sign(ends[0], "promise not kept", text, source, WEIGHT, own=True, promise=where, stands=ends[1])


def _not_open(call: Relationship, ends: Ends, failed: float, highest: float | None) -> Sign | None:
    """Return a sign when a breaker has had every reason to open, and is closed."""
    after, where = _opens_after(call)
    if after is None or failed < MANY * after or highest != 0:
        return None
    text = f"{failed:.0f} calls of {ends[1]} failed within {LATELY_S:.0f} s; its breaker is to open after {after}"
    source = metric(selector(BREAKER, dict(zip(ENDS, ends, strict=True))))
    return Sign(ends[0], "breaker stays closed", text, source, WEIGHT, own=True, promise=where, stands=ends[1])


def _opens_after(call: Relationship) -> tuple[int | None, str]:
    """Return after how many failures the breaker of a call opens, and where that stands."""
    for control in call.controls:
        for config, pointer in control.configs():
            if isinstance(after := config.get("breaker-failures"), int):
                return after, below(pointer, "breaker-failures")
    return None, ""


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
